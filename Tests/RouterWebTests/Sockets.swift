import Glibc
import RouterCore

@testable import RouterWeb

/// Two connected non-blocking sockets; `buffer` sets the size of their kernel buffers.
func socketPair(buffer: Int32? = nil) -> (Int32, Int32) {
  var pair: [Int32] = [0, 0]
  let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
  let code = unsafe socketpair(AF_UNIX, kind, 0, &pair)
  precondition(code == 0, "socketpair: \(errnoText(errno))")
  if var size = buffer {
    for descriptor in pair {
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
  }
  return (pair[0], pair[1])
}

/// A blocking TCP socket that listens on 127.0.0.1, on a port the kernel picks.
struct LoopbackListener {
  let descriptor: Int32
  let port: Int

  init() {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        guard unsafe bind(descriptor, generic, size) == 0, listen(descriptor, 128) == 0 else { return Int32(-1) }
        return unsafe getsockname(descriptor, generic, &size)
      }
    }
    precondition(code == 0, "no loopback listener: \(errnoText(errno))")
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  /// Waits for the next connection.
  func next() -> Int32 { accept(descriptor, nil, nil) }
  func stop() { _ = close(descriptor) }
}

func setNonBlocking(_ descriptor: Int32) { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }

/// Waits until the descriptor is ready, 10 seconds at most. - Returns: false if it did not come.
@discardableResult
func waitFor(_ descriptor: Int32, _ what: Readiness) -> Bool {
  var entry = pollfd(
    fd: descriptor, events: Int16(what.contains(.write) ? POLLOUT : 0) | Int16(what.contains(.read) ? POLLIN : 0),
    revents: 0)
  return unsafe poll(&entry, 1, 10_000) > 0
}

extension Transport {
  /// Reads once, at most `limit` bytes.
  func readOnce(_ limit: Int = 65_536) -> (TransportResult, [UInt8]) {
    var bytes = [UInt8](repeating: 0, count: limit)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    let result = read(into: &raw)
    guard case .bytes(let count) = result else { return (result, []) }
    return (result, Array(bytes[..<count]))
  }

  /// Writes once.
  func writeOnce(_ bytes: [UInt8]) -> TransportResult { unsafe write(bytes.span.bytes) }

  func writeBoth(_ head: [UInt8], _ body: [UInt8]) -> TransportResult {
    unsafe write(head.span.bytes, body.span.bytes)
  }
}

extension TransportResult {
  var count: Int? { if case .bytes(let count) = self { count } else { nil } }
  var failure: String? { if case .failed(let text) = self { text } else { nil } }
  var isEnd: Bool { if case .end = self { true } else { false } }
  var isAgain: Bool { if case .again = self { true } else { false } }
}
