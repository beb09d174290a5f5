import RouterCore

/// What the stream port answers.
extension ReceiverNode {
  /// Paths besides `/audio`, for the check of documents.
  static let claimedPaths = [
    "GET /audio", "GET /control", "GET /metadata", "POST /metadata", "GET /stats", "GET /api/metadata",
    "POST /api/metadata", "POST /api/command", "GET /artwork", "GET /image/artwork", "GET /listen", "GET /stream.wav",
  ]
  /// Largest body or message with metadata.
  static let largestMetadata = 1 << 20

  func routes() -> [Route] {
    socketRoutes() + metadataRoutes() + [
      Route("POST", "/api/command", access: .device, bodyLimit: 1 << 16) { await self.command($0) },
      Route("OPTIONS", "/api/command", access: .device) { CrossOrigin.preflight($0) },
      Route("GET", "/artwork", access: .device) { await self.picture($0) },
      Route("GET", "/image/artwork", access: .device) { await self.picture($0) },
      Route("GET", "/stream.wav", access: .device) { _ in await self.wave() },
    ]
  }

  private func socketRoutes() -> [Route] {
    [
      Route(webSocket: "/audio", access: .device) { request, loop in await self.admit(request, on: loop) },
      Route(webSocket: "/control", access: .device) { request, _ in await self.welcome(request, to: .control) },
      Route(webSocket: "/metadata", access: .device) { request, _ in await self.welcome(request, to: .metadata) },
      Route(webSocket: "/stats", access: .device) { request, _ in await self.welcome(request, to: .statistics) },
      Route(webSocket: "/listen", access: .device) { _, _ in await self.listen() },
    ]
  }

  private func metadataRoutes() -> [Route] {
    ["/metadata", "/api/metadata"].flatMap { path in
      [
        Route("POST", path, access: .device, bodyLimit: ReceiverNode.largestMetadata) { await self.posted($0) },
        Route("OPTIONS", path, access: .device) { CrossOrigin.preflight($0) },
      ]
    } + [
      Route("GET", "/api/metadata", access: .device) { request in
        CrossOrigin.allow(.json(await self.metadataJSON), for: request)
      }
    ]
  }

  private enum TextEndpoint { case control, metadata, statistics }

  /// Lets a client of a text endpoint in, or answers 503 when there are too many.
  private func welcome(_ request: HTTPRequest, to endpoint: TextEndpoint) -> WebSocketAnswer {
    guard isOpen, !clients(of: endpoint).isFull else {
      return .refuse(.json(ControlReply.error("too many clients"), status: 503))
    }
    let limit = endpoint == .metadata ? ReceiverNode.largestMetadata : 1 << 16
    return .accept(
      WebSocketAcceptance(subprotocol: firstSubprotocol(request.fields), messageLimit: limit) { _, peer in
        TextSocket(peer) { await self.talk($0, on: endpoint) }
      })
  }

  private func clients(of endpoint: TextEndpoint) -> SocketList {
    switch endpoint {
    case .control: controls
    case .metadata: viewers
    case .statistics: watchers
    }
  }

  private func talk(_ conversation: Conversation, on endpoint: TextEndpoint) async {
    switch endpoint {
    case .control: await talkControl(conversation)
    case .metadata: await talkMetadata(conversation)
    case .statistics: await talkStatistics(conversation)
    }
  }

  /// The first subprotocol a client offers is echoed; microcontroller libraries insist on it.
  func firstSubprotocol(_ fields: HTTPFields) -> String? {
    let first = fields["Sec-WebSocket-Protocol"]?.split(separator: ",").first
    return first.map { String($0.filter { $0 != " " && $0 != "\t" }) }
  }

  func nextClient() -> UInt64 {
    lastClient += 1
    return lastClient
  }
}

/// Lets pages of this machine's other ports use the API. Strangers' pages are refused before.
enum CrossOrigin {
  static func allow(_ response: HTTPResponse, for request: HTTPRequest) -> HTTPResponse {
    guard let origin = request.fields["Origin"] else { return response }
    var response = response
    response.fields.set("Access-Control-Allow-Origin", origin)
    response.fields.set("Vary", "Origin")
    return response
  }

  static func preflight(_ request: HTTPRequest) -> HTTPResponse {
    let fields = HTTPFields([
      ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"), ("Access-Control-Allow-Headers", "Content-Type"),
      ("Access-Control-Max-Age", "600"),
    ])
    return allow(HTTPResponse(status: 204, fields: fields), for: request)
  }
}
