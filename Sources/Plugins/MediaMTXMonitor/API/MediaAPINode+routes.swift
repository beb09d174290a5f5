import RouterCore

/// What the port answers.
extension MediaAPINode {
  func routes() -> [Route] {
    let answers: [(String, @Sendable (HTTPRequest) async -> HTTPResponse)] = [
      (MonitorRoute.latest, { _ in await self.latest() }),
      (MonitorRoute.streams, { _ in await self.everything() }),
      (MonitorRoute.stream, { await self.stream($0.parameters["*"] ?? "") }),
      (MonitorRoute.history, { await self.history($0) }),
      (MonitorRoute.health, { _ in await self.health() }),
      (MonitorRoute.events, { await self.events($0) }),
      (MonitorRoute.settings, { _ in await self.settings() }),
      (MonitorRoute.metrics, { _ in await self.prometheus() }),
      (MonitorRoute.page, { await self.page(to: $0) }),
      (
        MonitorRoute.files,
        { request in
          MonitorFile.named[request.parameters["file"] ?? ""]?.answer(to: request)
            ?? .text("404 Not Found\n", status: 404)
        }
      ),
    ]
    return answers.map { Route("GET", $0.0, http: $0.1) } + [
      Route(webSocket: MonitorRoute.socket, access: .page) { _, _ in await self.admit() }
    ]
  }

  private func latest() -> HTTPResponse { answer(board.latest) }

  private func everything() -> HTTPResponse { answer(board.everything(at: context.time.now)) }

  private func stream(_ name: String) -> HTTPResponse {
    let plain = name.removingEncodedSlashes
    guard let record = board.records[plain] else { return problem(404, "no stream \(plain)") }
    return answer(.object(board.ageMembers(at: context.time.now) + [.init("stream", record)]))
  }

  /// `?name=&seconds=`: one stream, or all that have a history.
  private func history(_ request: HTTPRequest) -> HTTPResponse {
    let text = request.query("seconds") ?? "60"
    guard let seconds = Double(text), (1...3600).contains(seconds) else {
      return problem(400, "seconds is a number from 1 to 3600")
    }
    let now = WallTime.now().unixSeconds
    var members = board.ageMembers(at: context.time.now)
    members.append(.init("seconds", .number(seconds)))
    guard let name = request.query("name") else {
      members.append(.init("streams", .object(board.histories(last: seconds, until: now))))
      return answer(.object(members))
    }
    guard let points = board.history(of: name, last: seconds, until: now) else {
      return problem(404, "no stream \(name)")
    }
    members += [.init("name", .string(name)), .init("points", points.columns)]
    return answer(.object(members))
  }

  private func health() -> HTTPResponse {
    let (isFine, json) = board.health(at: context.time.now)
    return answer(json, status: isFine ? 200 : 503)
  }

  /// `?limit=`: the newest first.
  private func events(_ request: HTTPRequest) -> HTTPResponse {
    let limit = request.query("limit").flatMap { Int($0) } ?? 100
    guard (1...MonitorBoard.eventsKept).contains(limit) else {
      return problem(400, "limit is a whole number from 1 to \(MonitorBoard.eventsKept)")
    }
    let events = Array(board.events.suffix(limit).reversed())
    return answer(.object(board.ageMembers(at: context.time.now) + [.init("events", .array(events))]))
  }

  private func settings() -> HTTPResponse {
    answer([
      "name": .string(context.label), "preview": .string(config.preview),
      "intervalMs": .integer(Int64(board.intervalMs)),
    ])
  }

  private func prometheus() -> HTTPResponse {
    var response = HTTPResponse.text(
      board.prometheus(at: context.time.now), type: "text/plain; version=0.0.4; charset=utf-8")
    response.fields.add("Cache-Control", "no-store")
    return response
  }

  private func page(to request: HTTPRequest) -> HTTPResponse {
    MonitorFile.index(for: request, preview: config.preview.isEmpty ? nil : config.preview)
  }

  private func problem(_ status: Int, _ words: String) -> HTTPResponse {
    answer(["error": .string(words)], status: status)
  }

  private func answer(_ json: JSON, status: Int = 200) -> HTTPResponse {
    count()
    var response = HTTPResponse.json(json, status: status)
    for (name, value) in board.ageFields(at: context.time.now).all { response.fields.add(name, value) }
    return response
  }
}

extension String {
  /// Paths may hold slashes, written plainly or as `%2F`, which the server leaves encoded.
  fileprivate var removingEncodedSlashes: String {
    split(separator: "%2F", omittingEmptySubsequences: false).joined(separator: "/")
      .split(separator: "%2f", omittingEmptySubsequences: false).joined(separator: "/")
  }
}
