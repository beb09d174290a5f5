import RouterCore

/// Asks one server for its lists, page by page. Control side.
struct ServerClient: Sendable {
  let target: ServerTarget
  let http: any HTTPClient

  func info() async -> Result<ServerInfo, PollFailure> {
    do throws(PollFailure) {
      let body = try await get("info")
      return .success(try ServerClient.reading("info") { () throws(AnswerFlaw) in try ServerInfo.read(body) })
    } catch { return .failure(error) }
  }

  /// Every path, each once, in the server's order.
  func paths() async -> Result<[MediaPath], PollFailure> {
    await all("paths", name: \.name) { reader throws(AnswerFlaw) in try MediaPath.read(&reader) }
  }

  /// Everything in a list, each once, in the server's order.
  func connections(_ list: ServerList) async -> Result<[MediaConnection], PollFailure> {
    let name: @Sendable (MediaConnection) -> String = { $0.id.isEmpty ? $0.path : $0.id }
    return await all(list.rawValue, name: name) { reader throws(AnswerFlaw) in
      try MediaConnection.read(list, &reader)
    }
  }

  /// All pages. They are not one moment: what moved from one to the next while they were read stands in both.
  private func all<Item>(
    _ list: String, name: (Item) -> String, item: (inout AnswerReader) throws(AnswerFlaw) -> Item?
  ) async -> Result<[Item], PollFailure> {
    do throws(PollFailure) {
      var items: [Item] = []
      var number = 0
      while true {
        let body = try await get(ServerTarget.page(number, of: list))
        let page = try ServerClient.reading(list) { () throws(AnswerFlaw) in
          try ListPage<Item>.read(body) { reader throws(AnswerFlaw) in try item(&reader) }
        }
        items += page.items
        number += 1
        guard page.hasMore(after: number) else { break }
        if number == ServerTarget.pageLimit { throw PollFailure(.broken, "\(list): more than \(number) pages") }
      }
      if number == 1 { return .success(items) }
      var seen: Set<String> = []
      return .success(items.filter { seen.insert(name($0)).inserted })
    } catch { return .failure(error) }
  }

  private static func reading<Value>(
    _ list: String, _ read: () throws(AnswerFlaw) -> Value
  ) throws(PollFailure) -> Value {
    do throws(AnswerFlaw) { return try read() } catch {
      throw PollFailure(.broken, "\(list): an answer that makes no sense: \(error.message)")
    }
  }

  private func get(_ path: String) async throws(PollFailure) -> [UInt8] {
    let answer: HTTPAnswer
    do throws(HTTPFailure) { answer = try await http.send(target.call(path)) } catch {
      throw PollFailure(error, timeout: target.timeout)
    }
    if answer.status == 200 { return answer.body }
    throw PollFailure(answer, String(path.prefix { $0 != "?" }))
  }
}

extension ListPage {
  /// - Parameter read: Pages read so far.
  fileprivate func hasMore(after read: Int) -> Bool {
    if let pageCount { return read < pageCount && !items.isEmpty }
    return items.count >= ServerTarget.itemsPerPage
  }
}

extension PollFailure {
  init(_ failure: HTTPFailure, timeout: Duration) {
    switch failure.kind {
    case .timeout: self.init(.unreachable, "no answer within \(timeout.nanoseconds / 1_000_000) ms")
    case .connect, .resolve, .tls: self.init(.unreachable, failure.message)
    case .badURL, .tooLarge, .broken: self.init(.broken, failure.message)
    }
  }

  init(_ answer: HTTPAnswer, _ path: String) {
    let said = ErrorAnswer.text(answer.body)
    let words = "status \(answer.status)" + (said.map { ": \($0.prefix(200))" } ?? "")
    switch (answer.status, said) {
    case (401, _), (403, _):
      self.init(.unauthorized, "the server refuses the credentials (\(words))")
    // The route of a server that is not enabled is answered in plain text.
    case (404, nil): self.init(.notOffered, "\(path): \(words)")
    default: self.init(.broken, "\(path): \(words)")
    }
  }
}
