internal import Glibc
import RouterCore
import RouterWeb

/// Words to the service manager that started the daemon (systemd, `Type=notify`): that it is ready, alive, stopping.
///
/// They are datagrams to the socket that `NOTIFY_SOCKET` names; see sd_notify(3). Without one nobody is told. Any thread.
struct ServiceManager: Sendable, Equatable {
  private let socket: String
  /// The manager ends the daemon if it hears nothing for this long.
  let patience: Duration?

  /// - Parameter variable: Reads the environment.
  init?(_ variable: (String) -> String?) {
    guard let socket = variable("NOTIFY_SOCKET"), socket.hasPrefix("/") || socket.hasPrefix("@"),
      socket.utf8.count < 108
    else { return nil }
    self.socket = socket
    let isOurs = variable("WATCHDOG_PID").map { Int32($0) == getpid() } ?? true
    let microseconds = variable("WATCHDOG_USEC").flatMap { Int64($0) } ?? 0
    patience =
      isOurs && microseconds > 0 ? .nanoseconds(microseconds.multipliedReportingOverflow(by: 1_000).partialValue) : nil
  }

  /// One datagram of lines such as `READY=1`; a manager that is gone is nobody's trouble.
  func say(_ lines: String...) {
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(socket.utf8)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in
      unsafe path.copyBytes(from: name)
      // The name of a socket without a file begins with a zero.
      if name.first == UInt8(ascii: "@") { unsafe path[0] = 0 }
    }
    let size = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let words = Array(lines.joined(separator: "\n").utf8)
    _ = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
        unsafe sendto(descriptor, words, words.count, Int32(MSG_NOSIGNAL), target, size)
      }
    }
  }

  /// Says that the daemon lives, twice in the time the manager waits, as long as `answer` returns. Until cancelled.
  func keepAlive(_ time: any TimeSource, _ answer: @Sendable () async -> Void) async {
    guard let patience else { return }
    while true {
      await answer()
      say("WATCHDOG=1")
      do { try await time.sleep(until: time.now + patience / 2) } catch { return }
    }
  }
}

extension Host {
  /// Returns once every loop and the graph have done something: a thread that hangs is not alive.
  func showLife() async {
    for loop in web.loops + workers { await loop.perform { _ in } }
    _ = await graph.snapshot()
  }
}
