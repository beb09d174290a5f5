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
      Route(webSocket: "/control", access: .device) { request, _ in
        await self.welcome(request, limit: 1 << 16) { await self.talkControl($0) }
      },
      Route(webSocket: "/metadata", access: .device) { request, _ in
        await self.welcome(request, limit: ReceiverNode.largestMetadata) { await self.talkMetadata($0) }
      },
      Route(webSocket: "/stats", access: .device) { request, _ in
        await self.welcome(request, limit: 1 << 16) { await self.talkStatistics($0) }
      },
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

  /// Lets a client of a text endpoint in, or answers 503 when there are too many.
  private func welcome(
    _ request: HTTPRequest, limit: Int, _ talk: @escaping @Sendable (Conversation) async -> Void
  ) -> WebSocketAnswer {
    guard isOpen, !controls.isFull, !viewers.isFull, !watchers.isFull else {
      return .refuse(.json(ControlReply.error("too many clients"), status: 503))
    }
    return .accept(
      WebSocketAcceptance(subprotocol: firstSubprotocol(request.fields), messageLimit: limit) { _, peer in
        TextSocket(peer, talk)
      })
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
