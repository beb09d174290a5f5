import RouterCore

/// The control half of `redis.sink`: keeps what waits, writes it in pipelined batches, connects again.
///
/// What was not answered when a connection is lost is written again: with `publish` and `stream` an event may arrive twice.
actor RedisSinkNode: Node {
  /// Commands in one go.
  private static let batch = 256
  private static let batchBytes = 4 << 20
  /// A larger value is refused.
  private static let largest = 64 << 20
  /// The server is asked for a sign of life after so much silence.
  private static let silence = Duration.seconds(15)

  private let server: RedisServer
  private let writing: RedisWriting
  private let context: NodeContext
  private let wake = Wake()
  private var queue: SinkQueue<RedisWriting.Write>
  private var link: RedisLink?
  private let written: Metric
  private let dropped: Metric
  private let refused: Metric
  private let waiting: Metric
  private let connections: Metric
  /// Kinds of errors that were logged since the last connection.
  private var said: Set<String> = []

  init(_ config: RedisSink.Config, _ context: NodeContext) {
    self.context = context
    let authority = config.authority.map { $0.hasPrefix("/") ? $0 : "\(context.folder)/\($0)" }
    server = RedisServer(url: config.url, password: config.password?.value, authority: authority)
    writing = RedisWriting(config, host: HostName.current())
    queue = SinkQueue(limit: config.queue)
    let metrics = context.metrics
    written = metrics.counter("router_redis_commands_total", "Commands Redis has done")
    dropped = metrics.counter("router_redis_dropped_total", "Events that found no room in the queue")
    refused = metrics.counter(
      "router_redis_refused_total", "Commands Redis refused for good, and values too large for it")
    waiting = metrics.gauge("router_redis_waiting", "Commands that wait for Redis")
    connections = metrics.counter("router_redis_connections_total", "Connections to Redis")
  }

  /// Connects, and writes what waits: a server that takes nothing keeps the node waiting.
  func prepare() async throws(NodeFailure) {
    let wake = wake
    let link = try await server.open(context) { wake.ring() }
    connections.add()
    said = []
    do throws(NodeFailure) { try await write(to: link, limit: RedisSinkNode.batch) } catch {
      link.end("refused")
      throw error
    }
    self.link = link
    context.log.debug("connected", ("server", server.place))
  }

  func run() async throws(NodeFailure) {
    while !Task.isCancelled, let link {
      try await write(to: link, limit: RedisSinkNode.batch)
      guard queue.isEmpty else { continue }
      let end = context.time.now + RedisSinkNode.silence
      await wake.wait(until: end, on: context.time)
      if let lost = link.lost { throw server.lost(lost) }
      guard queue.isEmpty, context.time.now >= end, !Task.isCancelled else { continue }
      do throws(RedisLink.Lost) { _ = try await link.ask([["PING"]]) } catch { throw server.lost(error) }
    }
  }

  /// At the end, not after a failure: writes what waits, as far as that goes within a second.
  func stop() async {
    guard let link else { return }
    if Task.isCancelled { await writeLast(to: link) }
    link.end("stopped")
    self.link = nil
  }

  private func writeLast(to link: RedisLink) async {
    let time = context.time
    let alarm = Task {
      do { try await time.sleep(until: time.now + .seconds(1)) } catch { return }
      link.end("stopped")
    }
    do throws(NodeFailure) { try await write(to: link, limit: .max) } catch {
      context.log.warning("not everything was written", ("server", server.place), ("waiting", "\(queue.count)"))
    }
    alarm.cancel()
  }

  func receive(_ event: Event, on port: String) async {
    for write in writing.writes(for: event, at: .now()) {
      guard write.byteCount <= RedisSinkNode.largest else {
        refused.add()
        say("too large", "a value of \(write.byteCount) bytes", of: write)
        continue
      }
      dropped.add(queue.put(write, key: write.key))
    }
    waiting.set(queue.count)
    wake.ring()
  }

  /// Writes what waits, at most so many commands.
  private func write(to link: RedisLink, limit: Int) async throws(NodeFailure) {
    defer { waiting.set(queue.count) }
    var left = limit
    while !queue.isEmpty, left > 0 {
      let batch = nextBatch(left)
      left -= batch.count
      let replies: [RedisReply]
      do throws(RedisLink.Lost) { replies = try await link.ask(batch.map(\.item.command)) } catch {
        dropped.add(queue.putBack(batch))
        throw server.lost(error)
      }
      try judge(replies, of: batch)
    }
  }

  private func nextBatch(_ limit: Int) -> [SinkQueue<RedisWriting.Write>.Entry] {
    var batch: [SinkQueue<RedisWriting.Write>.Entry] = []
    var bytes = 0
    while batch.count < min(limit, RedisSinkNode.batch), bytes < RedisSinkNode.batchBytes,
      let next = queue.take(1).first
    {
      batch.append(next)
      bytes += next.item.byteCount
    }
    return batch
  }

  /// Counts what was done, and keeps what the server cannot take now.
  private func judge(_ replies: [RedisReply], of batch: [SinkQueue<RedisWriting.Write>.Entry]) throws(NodeFailure) {
    var trouble: NodeFailure?
    var kept: [SinkQueue<RedisWriting.Write>.Entry] = []
    for (entry, reply) in zip(batch, replies) {
      guard let problem = reply.problem else {
        written.add()
        continue
      }
      if let failure = server.failure(of: problem) {
        trouble = trouble ?? failure
        kept.append(entry)
      } else {
        refused.add()
        say(String(problem.prefix { $0 != " " }), problem, of: entry.item)
      }
    }
    dropped.add(queue.putBack(kept))
    if let trouble { throw trouble }
  }

  /// Logs an error of a kind once per connection: all are counted.
  private func say(_ kind: String, _ text: String, of write: RedisWriting.Write) {
    guard said.insert(kind).inserted else { return }
    let command = write.command.words.prefix(2).joined(separator: " ")
    context.log.error("Redis does not take a value", ("error", text), ("command", command))
  }
}
