internal import RouterCore

/// One request and what becomes of it. Confined to the connection's loop.
struct Exchange {
  let number: UInt64
  let head: RequestHead
  let entry: RouteTable.Entry
  let parameters: [String: String]
  var body: BodyDecoder

  /// What the handler gets.
  func request(peer: PeerAddress, local: PeerAddress, isTLS: Bool) -> HTTPRequest {
    HTTPRequest(
      method: head.method, path: head.target.path, query: head.target.query, fields: head.fields, body: body.body,
      parameters: parameters, peer: peer, local: local, isTLS: isTLS, minorVersion: head.minorVersion)
  }
}
