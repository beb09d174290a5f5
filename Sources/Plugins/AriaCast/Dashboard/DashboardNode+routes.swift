import RouterCore

/// The paths of a dashboard and what answers there.
extension DashboardNode {
  /// WebSocket clients at a time; more are answered 503.
  static let mostClients = 512

  func routes(_ feed: any LiveFeed, _ inbox: AsyncStream<PageMessage>.Continuation) -> [Route] {
    [
      Route("GET", PageRoute.page) { PageFile.index.answer(to: $0) },
      Route("GET", PageRoute.files) { request in
        let file = PageFile.named[request.parameters["file"] ?? ""]
        return file?.answer(to: request) ?? .text("404 Not Found\n", status: 404)
      },
      Route(webSocket: PageRoute.live, access: .page) { request, _ in await self.seat(.page, request, inbox) },
      Route(webSocket: PageRoute.control, access: .page) { request, _ in await self.seat(.control, request, inbox) },
      Route(webSocket: PageRoute.metadata) { request, _ in await self.seat(.metadata, request, inbox) },
      Route(webSocket: PageRoute.listen) { _, _ in .live(feed, greeting: [.text(DashboardNode.listenGreeting)]) },
      Route("GET", PageRoute.currentMetadata, access: .device) { _ in
        var answer = HTTPResponse.json(await self.state.castMetadata)
        answer.fields.add("Cache-Control", "no-store")
        return answer
      },
      Route("POST", PageRoute.command, bodyLimit: PageSeat.messageLimit) { await self.command($0) },
      Route("GET", PageRoute.artwork, access: .device) { await self.picture($0) },
      Route("GET", PageRoute.image, access: .device) { await self.picture($0) },
    ]
  }

  /// The first message of `/listen`: what the binary ones hold.
  static let listenGreeting: String = {
    let format = ListenOutput.format
    let json: JSON = [
      "sample_rate": .integer(Int64(format.sampleRate)), "channels": .integer(Int64(format.channels)),
      "format": .string(format.sample.rawValue),
    ]
    return json.compact
  }()

  private func seat(_ kind: PageSeat.Kind, _ request: HTTPRequest, _ inbox: AsyncStream<PageMessage>.Continuation)
    -> WebSocketAnswer
  {
    guard lease != nil, seats.count < DashboardNode.mostClients else {
      return .refuse(.text("503 Service Unavailable: no room for another client\n", status: 503))
    }
    lastSeat += 1
    let id = lastSeat
    let isTrusted = access.allows(request)
    return .accept(
      WebSocketAcceptance(
        subprotocol: request.fields["Sec-WebSocket-Protocol"]?.split(separator: ",").first.map { String($0).trimmed },
        messageLimit: PageSeat.messageLimit,
        pingEvery: kind == .page ? .seconds(20) : nil,
        handler: { _, peer in
          let backlog = TextBacklog(limit: PageSeat.backlog)
          inbox.yield(.joined(id, PageSeat(kind: kind, peer: peer, isTrusted: isTrusted, waiting: backlog)))
          return InboxSocket(backlog, said: { inbox.yield(.said(id, $0)) }, left: { inbox.yield(.left(id)) })
        }))
  }

  /// What somebody is told who may not.
  var whyNot: String { access.hasToken ? "a token is needed" : "only this machine may: no token is set" }

  /// `POST /api/command`: one command, as on `/control`.
  private func command(_ request: HTTPRequest) async -> HTTPResponse {
    guard access.allows(request) else {
      var answer = HTTPResponse.json(ControlReply.error(whyNot), status: access.hasToken ? 401 : 403)
      if access.hasToken { answer.fields.add("WWW-Authenticate", "Bearer") }
      return answer
    }
    switch await obey(ControlRequest.read(request.body)) {
    case .success(let reply): return .json(reply ?? ["success": true])
    case .failure(let refusal): return .json(ControlReply.error(refusal.text), status: 400)
    }
  }

  /// The picture of what plays, as the sender's bytes.
  private func picture(_ request: HTTPRequest) -> HTTPResponse {
    guard let artwork = state.artwork else {
      return HTTPResponse(
        status: 404, fields: HTTPFields([("Content-Type", "text/plain"), ("Cache-Control", "no-store")]),
        body: .bytes(Array("404 Not Found: there is no picture\n".utf8)))
    }
    let isVersioned = request.query("v") == state.artworkTag
    var answer = EmbeddedFile.answer(
      to: request, type: artwork.type, bytes: artwork.bytes, tag: "\"\(state.artworkTag)\"",
      fields: [("Content-Security-Policy", "default-src 'none'; sandbox")])
    if isVersioned { answer.fields.set("Cache-Control", "private, max-age=86400, immutable") }
    return answer
  }
}
