internal import Glibc
internal import RouterCore

/// Asks for speakers by UDP and listens for their answers. Blocks; one thread.
struct DiscoverySocket: ~Copyable {
  /// Requests are lost like any datagram: asked at once, after half a second, then every second.
  private static let pauses = [Duration.milliseconds(500), .seconds(1)]

  private let descriptor: Int32

  /// Searches until the search is over.
  /// - Returns: Why nobody could be asked; nil if somebody could.
  static func search(_ query: SpeakerQuery, _ state: SearchState) -> String? {
    guard let address = query.requests else { return nil }
    guard let socket = DiscoverySocket() else { return "UDP was not asked: \(errnoText(errno))" }
    let targets = DiscoveryTargets.targets(of: address)
    var next = Instant.now()
    var asked = 0
    var problem: String?
    while !state.isOver {
      if Instant.now() >= next {
        problem = socket.ask(targets)
        next = next + pauses[min(asked, pauses.count - 1)]
        asked += 1
      }
      socket.listen(state)
    }
    return problem
  }

  private init?() {
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    var yes: Int32 = 1
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &yes, socklen_t(MemoryLayout<Int32>.size))
    // A timeval: seconds, microseconds. Which C module owns that type depends on who else imports it.
    var limit = [0, 100_000]
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(2 * MemoryLayout<Int>.size))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// - Returns: Why no request could be sent; nil if one was.
  private func ask(_ targets: [sockaddr_in]) -> String? {
    var code: Int32 = 0
    var sent = 0
    let request = DiscoveryReply.request
    for target in targets {
      var target = target
      let count = unsafe withUnsafePointer(to: &target) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe sendto(descriptor, request, request.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      if count == request.count { sent += 1 } else { code = errno }
    }
    return sent > 0 ? nil : "UDP was not asked: \(errnoText(code))"
  }

  /// Waits for one answer, a tenth of a second at most.
  private func listen(_ state: SearchState) {
    var buffer = [UInt8](repeating: 0, count: DiscoveryReply.largest + 1)
    var from = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let count = unsafe withUnsafeMutablePointer(to: &from) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe recvfrom(descriptor, &buffer, buffer.count, 0, $0, &size)
      }
    }
    guard count > 0, let host = DiscoveryTargets.text(from.sin_addr) else { return }
    if let speaker = DiscoveryReply.speaker(Array(buffer.prefix(count)), from: host) { state.add(speaker) }
  }
}
