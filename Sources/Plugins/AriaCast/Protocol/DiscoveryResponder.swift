import RouterCore

/// Answers discovery datagrams for one receiver. A value: it may be asked from any thread.
struct DiscoveryResponder: Sendable {
  /// Largest reply in bytes: one sender reads into 512 and ends the text with a NUL.
  static let largestReply = 511

  let name: ReceiverName
  /// Where the receiver is bound; port as senders must dial it.
  let listening: PeerAddress

  /// - Returns: One datagram for a request, none for anything else, and none when the requester could not reach us.
  func answer(_ datagram: Datagram) -> [[UInt8]] {
    guard DiscoveryRequest.matches(datagram.bytes), let host = host(for: datagram) else { return [] }
    let reply: JSON = [
      "server_name": .string(name.text), "ip": .string(host), "port": .integer(Int64(listening.port)),
      "samplerate": .integer(Int64(CastFormat.sampleRate)), "channels": .integer(Int64(CastFormat.channels)),
    ]
    let bytes = Array(reply.compact.utf8)
    return bytes.count <= DiscoveryResponder.largestReply ? [bytes] : []
  }

  /// The IPv4 address the requester should dial: the one that routes to it, or the one we are bound to.
  private func host(for datagram: Datagram) -> String? {
    let isWildcard = listening.host == "0.0.0.0" || listening.host == "::"
    let host = isWildcard ? datagram.localHost : listening.host
    guard DiscoveryResponder.isIPv4(host), host != "0.0.0.0" else { return nil }
    let isOnlyLocal = PeerAddress(host: host, port: 0).isLoopback
    return isOnlyLocal && !datagram.peer.isLoopback ? nil : host
  }

  /// Four decimal numbers of 0 to 255.
  static func isIPv4(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        (1...3).contains(part.count) && part.allSatisfy { (48...57).contains($0) }
          && UInt8(String(Substring(part))) != nil
      }
  }
}
