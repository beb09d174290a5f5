import RouterCore

/// `"from": "redis"`: the records of another host's collector.
extension MediaAPINode {
  /// Reads the key again and again, until cancelled; what was read stays while Redis is away.
  func followRedis() async {
    let source = RedisSource(config, folder: context.folder)
    var backoff = Backoff(limit: .seconds(5), seed: lastWatcher)
    while !Task.isCancelled {
      do throws(NodeFailure) {
        let link = try await source.server.open(context) {}
        defer { link.end("over") }
        while !Task.isCancelled {
          let look = try await source.read(link, at: context.time.now, time: .now())
          backoff.reset()
          tellSource(source, problem: nil)
          if look.time != board.look?.time { tell(board.take(look)) }
          await rest(.milliseconds(config.intervalMs))
        }
      } catch {
        if !Task.isCancelled { tellSource(source, problem: error.reason) }
      }
      await rest(backoff.next())
    }
  }

  /// Early when the task is cancelled.
  private func rest(_ time: Duration) async { try? await context.time.sleep(until: context.time.now + time) }

  private func tellSource(_ source: RedisSource, problem: String?) {
    var members: [JSON.Member] = [
      .init("server", .string("\(source.server.place) \(source.key)")), .init("reachable", .bool(problem == nil)),
    ]
    members.add("problem", problem)
    let now = JSON.object(members)
    guard board.server != now else { return }
    if let problem { context.log.warning("the streams cannot be read", ("reason", problem)) }
    board.take(server: now)
    tellMembers("server", now)
  }
}
