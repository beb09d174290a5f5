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
    let bound = IPAddress(listening.host)
    guard let host = bound?.isWildcard == true ? IPAddress(datagram.localHost) : bound else { return nil }
    guard !host.isV6, !host.isWildcard, !host.isLoopback || datagram.peer.isLoopback else { return nil }
    return host.description
  }
}
