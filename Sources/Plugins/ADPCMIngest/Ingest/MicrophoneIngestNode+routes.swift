import RouterCore

/// What the port answers.
extension MicrophoneIngestNode {
  /// Largest body that `/echo` takes, in bytes.
  static let largestEcho = 30_000_000

  func routes() -> [Route] {
    socketRoutes() + [
      Route("GET", IngestRoute.page, access: .device) { self.greet($0) },
      Route("GET", IngestRoute.files, access: .device) { request in
        PageFile.named[request.parameters["file"] ?? ""]?.answer(to: request) ?? .text("404 Not Found\n", status: 404)
      },
      Route("GET", IngestRoute.list) { _ in
        var answer = HTTPResponse.json(await self.listing())
        answer.fields.add("Cache-Control", "no-store")
        return answer
      },
      Route("GET", IngestRoute.listen) { await self.listen(to: $0.parameters["stream"] ?? "") },
      Route("POST", IngestRoute.echo, access: .device, bodyLimit: MicrophoneIngestNode.largestEcho) { request in
        let type = request.fields["Content-Type"] ?? "application/octet-stream"
        return HTTPResponse(fields: HTTPFields([("Content-Type", type)]), body: .bytes(request.body))
      },
    ]
  }

  private nonisolated func socketRoutes() -> [Route] {
    let plain = [IngestRoute.socket, IngestRoute.named, IngestRoute.socketEcho].map { path in
      // What the first servers answer to a request that is no upgrade.
      Route("GET", path, access: .device) { _ in HTTPResponse(status: 400) }
    }
    return plain + [
      Route(webSocket: IngestRoute.socket) { request, loop in await self.admit(request, on: loop) },
      Route(webSocket: IngestRoute.named) { request, loop in await self.admit(request, on: loop) },
      Route(webSocket: IngestRoute.socketEcho) { _, _ in
        .accept(
          WebSocketAcceptance(messageLimit: EchoSocket.messageLimit, pingEvery: MicrophoneIngestNode.pingEvery) {
            EchoSocket($1)
          })
      },
    ]
  }

  /// The old greeting for tools, the page for browsers.
  private nonisolated func greet(_ request: HTTPRequest) -> HTTPResponse {
    let wanted = request.fields.values("Accept").joined(separator: ",").lowercased()
    guard wanted.contains("text/html") else {
      var answer = HTTPResponse.text("Hello World!")
      answer.fields.add("Vary", "Accept")
      return answer
    }
    return PageFile.index.answer(to: request)
  }
}
