import RouterCore

/// What the ports answer. Errors of the API are 200 with `success: false`, as clients of the first servers expect.
extension BrowserMicNode {
  nonisolated func routes() -> [Route] {
    [
      Route("GET", MicRoute.page) { MicPage.index.answer(to: $0) },
      Route("GET", MicRoute.files) { request in
        MicPage.named[request.parameters["file"] ?? ""]?.answer(to: request) ?? .text("404 Not Found\n", status: 404)
      },
      Route("GET", MicRoute.streams) { _ in Self.fresh(await self.listing()) },
      Route("GET", MicRoute.config) { _ in Self.fresh(await self.configuration()) },
      Route("GET", MicRoute.network) { _ in Self.fresh(await self.network()) },
      Route("GET", MicRoute.health) { _ in Self.fresh(await self.health()) },
      Route("GET", MicRoute.events) { _ in self.follow() },
      Route("GET", MicRoute.listen) { await self.listen(to: $0.parameters["stream"] ?? "") },
      Route("POST", MicRoute.start, bodyLimit: MicText.longest) { request in
        await self.answer(request) { json throws(APIFailure) in try await self.start(json, request) }
      },
      Route("POST", MicRoute.stop, bodyLimit: MicText.longest) { request in
        await self.answer(request) { json throws(APIFailure) in try await self.stop(json, request) }
      },
      Route("POST", MicRoute.level, bodyLimit: MicText.longest) { request in
        await self.answer(request) { json throws(APIFailure) in try Self.level(json) }
      },
      Route("GET", MicRoute.socket) { _ in .text("426 Upgrade Required: this is a WebSocket\n", status: 426) },
      Route(webSocket: MicRoute.socket, access: .page) { request, loop in await self.admit(request, on: loop) },
    ]
  }

  /// An answer of the API that failed.
  struct APIFailure: Error {
    var text: String
    init(_ text: String) { self.text = text }
  }

  private static func fresh(_ json: JSON) -> HTTPResponse {
    var answer = HTTPResponse.json(json)
    answer.fields.add("Cache-Control", "no-store")
    return answer
  }

  private nonisolated func answer(
    _ request: HTTPRequest, _ body: (JSON) async throws(APIFailure) -> JSON
  ) async -> HTTPResponse {
    do throws(APIFailure) {
      guard !request.body.isEmpty else { throw APIFailure("Empty request body") }
      guard let json = MicText.json(request.body), json.members != nil else {
        throw APIFailure("Invalid JSON: an object is expected")
      }
      return Self.fresh(try await body(json))
    } catch {
      return Self.fresh(["success": false, "error": JSON.string(error.text)] as JSON)
    }
  }

  // MARK: Streams

  private func start(_ json: JSON, _ request: HTTPRequest) throws(APIFailure) -> JSON {
    guard isOpen else { throw APIFailure("the node is stopping") }
    let wish: StreamWish
    do throws(MicHello.Fault) { wish = try StreamWish(json) } catch { throw APIFailure(error.text) }
    do throws(StreamRegistry.Refusal) {
      let stream = try registry.reserve(
        wish, client: request.peer.host, secret: Secrets.fresh(), at: context.time.now, .now())
      tellStreams()
      return [
        "success": true, "streamId": .string(stream.id), "port": .integer(Int64(port(of: stream))),
        "token": .string(stream.secret), "config": entry(of: stream),
      ]
    } catch {
      throw APIFailure(error.rawValue)
    }
  }

  private func stop(_ json: JSON, _ request: HTTPRequest) async throws(APIFailure) -> JSON {
    guard let id = json["streamId"]?.text else { throw APIFailure("streamId required") }
    let isTrusted = context.access.with(config.listener.token).allows(request)
    do throws(StreamRegistry.Refusal) {
      _ = try registry.mayStop(id, secret: json["token"]?.text, client: request.peer.host, isTrusted: isTrusted)
    } catch {
      throw APIFailure(error.rawValue)
    }
    await end(id, .disconnected, saying: "stopped")
    return ["success": true, "streamId": .string(id)]
  }

  /// Levels are measured here: what clients report is taken and not believed.
  private static func level(_ json: JSON) throws(APIFailure) -> JSON {
    for key in ["level", "db"] {
      switch json[key] {
      case nil, .null, .integer, .number: break
      default: throw APIFailure("\(key) must be a number")
      }
    }
    return ["success": true]
  }
}
