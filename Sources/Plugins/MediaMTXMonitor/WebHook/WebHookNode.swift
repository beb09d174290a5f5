import RouterCore

/// The control half of `webhook.sink`: one request at a time, in order; what can pass is waited for.
actor WebHookNode: Node {
  private let config: WebHookSink.Config
  private let context: NodeContext
  private let authority: String?
  private let wake = Wake()
  private var queue: SinkQueue<WebHookDelivery>
  /// Before that the server wants no request.
  private var rest: (until: Instant, failure: NodeFailure)?
  private let taken: Metric
  private let dropped: Metric
  private let refused: Metric
  private let retried: Metric
  private let waiting: Metric

  init(_ config: WebHookSink.Config, _ context: NodeContext) {
    self.config = config
    self.context = context
    authority = config.authority.map { $0.hasPrefix("/") ? $0 : "\(context.folder)/\($0)" }
    queue = SinkQueue(limit: config.queue)
    let metrics = context.metrics
    taken = metrics.counter("router_webhook_taken_total", "Events the receiver has taken")
    dropped = metrics.counter("router_webhook_dropped_total", "Events that found no room in the queue")
    refused = metrics.counter("router_webhook_refused_total", "Events the receiver refused, or that were given up")
    retried = metrics.counter("router_webhook_retries_total", "Requests that did not succeed and are made again")
    waiting = metrics.gauge("router_webhook_waiting", "Events that wait for the receiver")
  }

  /// Sends what waits: a receiver that takes nothing keeps the node waiting.
  func prepare() async throws(NodeFailure) {
    guard let url = config.url?.value, let target = WebHookTarget(url) else {
      throw NodeFailure(.missing, "no URL is named", hint: "set \"url\"")
    }
    if let rest, rest.until > context.time.now { throw rest.failure }
    rest = nil
    if !queue.isEmpty { try await sendNext(to: target) }
  }

  func run() async throws(NodeFailure) {
    guard let target = config.url.flatMap({ WebHookTarget($0.value) }) else { return }
    while !Task.isCancelled {
      guard queue.isEmpty else {
        try await sendNext(to: target)
        continue
      }
      await wake.wait(until: context.time.now + .seconds(3600), on: context.time)
    }
  }

  /// At the end, not after a failure: sends what waits, as far as that goes within a second.
  func stop() async {
    guard Task.isCancelled, let target = config.url.flatMap({ WebHookTarget($0.value) }), !queue.isEmpty else { return }
    // This task is cancelled, and a request of its own would be, too.
    await Task {
      let end = context.time.now + .seconds(1)
      do throws(NodeFailure) {
        while !queue.isEmpty, context.time.now < end {
          try await sendNext(to: target, timeout: end - context.time.now)
        }
      } catch {
        context.log.warning("not everything was sent", ("reason", error.reason), ("waiting", "\(queue.count)"))
      }
    }.value
  }

  func receive(_ event: Event, on port: String) async {
    let delivery = WebHookDelivery(event, at: .now(), id: WebHookDelivery.newID())
    dropped.add(queue.put(delivery, key: delivery.key))
    waiting.set(queue.count)
    wake.ring()
  }

  /// - Throws: why the next is to be tried later; it is at the front of the queue again then.
  private func sendNext(to target: WebHookTarget, timeout: Duration? = nil) async throws(NodeFailure) {
    defer { waiting.set(queue.count) }
    guard var entry = queue.take(1).first else { return }
    let call = entry.item.call(
      to: target.url, secret: config.secret?.value, at: .now(), timeout: timeout ?? .seconds(config.timeoutSeconds),
      authority: authority)
    let answer: HTTPAnswer
    do throws(HTTPFailure) { answer = try await context.http.send(call) } catch {
      putBack(entry)
      throw WebHookNode.unreachable(target, error)
    }
    switch WebHookVerdict(answer) {
    case .taken: taken.add()
    case .refused(let reason): refuse(entry.item, target, reason)
    case .later(let pause):
      entry.item.tries += 1
      guard entry.item.tries < config.tries else {
        return refuse(entry.item, target, "status \(answer.status) at \(entry.item.tries) tries")
      }
      putBack(entry)
      let failure = NodeFailure(
        .missing, "\(target.place) answers with status \(answer.status)", hint: "it is tried again")
      if let pause { rest = (context.time.now + pause, failure) }
      throw failure
    }
  }

  private func putBack(_ entry: SinkQueue<WebHookDelivery>.Entry) {
    retried.add()
    dropped.add(queue.putBack([entry]))
  }

  private func refuse(_ delivery: WebHookDelivery, _ target: WebHookTarget, _ reason: String) {
    refused.add()
    context.log.error(
      "an event is not taken", ("receiver", target.place), ("event", delivery.event), ("delivery", delivery.id),
      ("reason", reason))
  }

  private static func unreachable(_ target: WebHookTarget, _ failure: HTTPFailure) -> NodeFailure {
    let hint =
      switch failure.kind {
      case .badURL: "check \"url\""
      case .tls: "name the server's authority in \"authority\", a PEM file"
      case .timeout: "it is tried again; \"timeoutSeconds\" may be too short"
      default: "is the server running, and is it this address?"
      }
    // The words for a bad URL hold the URL, and that may hold a token.
    let words = failure.kind == .badURL ? "the URL is refused" : failure.message
    return NodeFailure(.missing, "\(target.place) does not take events: \(words)", hint: hint)
  }
}
