import CLinux
import Glibc
import RouterCore

/// Who dials. Confined to the dial's loop.
protocol Dialling: AnyObject {
  /// Called once, unless the dial was cancelled.
  func dialed(_ result: Result<SocketDial.Line, HTTPFailure>, on loop: isolated Loop)
}

/// The way to a server: connect(2) to one of its addresses after the other, then the TLS handshake where one is asked
/// for. Confined to its loop, whose poller keeps it.
final class SocketDial: ReadinessHandler {
  /// A connected socket, and where it leads.
  struct Line {
    let transport: any Transport
    let address: SocketAddress
  }

  private enum Phase { case connecting, securing, over }

  /// Name or address, as the certificate has it.
  private let server: String
  private let tls: TLSContext?
  private var remaining: ArraySlice<SocketAddress>
  /// Kept until it is told.
  private var owner: (any Dialling)?
  private var phase = Phase.connecting
  private var transport: (any Transport)?
  private var address = SocketAddress()
  private var lastFailure = HTTPFailure(.connect, "no address")
  private var watch: Watch?
  private var watched: Readiness = []

  init(to server: String, addresses: [SocketAddress], tls: TLSContext?, for owner: any Dialling) {
    self.server = server
    self.tls = tls
    self.owner = owner
    remaining = addresses[...]
  }

  func start(on loop: isolated Loop) {
    while let next = remaining.popFirst() {
      address = next
      let descriptor = clinux_socket(next.family, Int32(SOCK_STREAM.rawValue), 0)
      guard descriptor >= 0 else {
        lastFailure = HTTPFailure(.connect, "socket: \(errnoText(errno))")
        continue
      }
      let code = unsafe next.with { unsafe connect(descriptor, $0, $1) }
      if code == 0 || errno == EINPROGRESS {
        do throws(SystemError) {
          try look(at: descriptor, on: loop)
          phase = .connecting
          transport = PlainTransport(descriptor: descriptor)
          return
        } catch {
          lastFailure = HTTPFailure(.connect, "\(error)")
        }
      } else {
        lastFailure = HTTPFailure(.connect, "\(next.peer): \(errnoText(errno))")
      }
      _ = Glibc.close(descriptor)
    }
    end(.failure(lastFailure), on: loop)
  }

  /// Gives up; nobody is told.
  func cancel(on loop: isolated Loop) {
    owner = nil
    end(.failure(lastFailure), on: loop)
  }

  func ready(_ what: Readiness, on loop: isolated Loop) {
    switch phase {
    case .connecting: finishConnect(on: loop)
    case .securing: secure(on: loop)
    case .over: break
    }
  }

  private func look(at descriptor: Int32, on loop: isolated Loop) throws(SystemError) {
    watch = try loop.watch(descriptor, for: .write, self)
    watched = .write
  }

  private func finishConnect(on loop: isolated Loop) {
    guard let descriptor = transport?.descriptor else { return }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
    guard code == 0 else {
      lastFailure = HTTPFailure(.connect, "\(address.peer): \(errnoText(code))")
      release(on: loop)
      return start(on: loop)
    }
    SocketOption.noDelay(descriptor)
    guard let tls else { return handOver(on: loop) }
    // The plain transport closes its descriptor, so TLS gets one of its own for the same socket.
    let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    release(on: loop)
    guard own >= 0 else { return end(.failure(HTTPFailure(.tls, "dup: \(errnoText(errno))")), on: loop) }
    do throws(TLSFailure) {
      transport = try tls.transport(descriptor: own, server: server)
    } catch {
      return end(.failure(HTTPFailure(.tls, error.message)), on: loop)
    }
    do throws(SystemError) { try look(at: own, on: loop) } catch {
      return end(.failure(HTTPFailure(.tls, "\(error)")), on: loop)
    }
    phase = .securing
    secure(on: loop)
  }

  private func secure(on loop: isolated Loop) {
    guard let transport = transport as? TLSTransport else { return }
    switch transport.handshake() {
    case .bytes: handOver(on: loop)
    case .again(let what):
      guard let watch, what != watched else { return }
      watched = what
      loop.change(watch, to: what)
    case .end: end(.failure(HTTPFailure(.tls, "the server ended the TLS handshake")), on: loop)
    case .failed(let text): end(.failure(HTTPFailure(.tls, text)), on: loop)
    }
  }

  private func handOver(on loop: isolated Loop) {
    guard let line = transport.map({ Line(transport: $0, address: address) }) else { return }
    transport = nil
    end(.success(line), on: loop)
  }

  private func end(_ result: Result<Line, HTTPFailure>, on loop: isolated Loop) {
    guard phase != .over else { return }
    phase = .over
    release(on: loop)
    let told = owner
    owner = nil
    told?.dialed(result, on: loop)
  }

  private func release(on loop: isolated Loop) {
    if let watch { loop.unwatch(watch) }
    watch = nil
    transport?.close()
    transport = nil
  }
}
