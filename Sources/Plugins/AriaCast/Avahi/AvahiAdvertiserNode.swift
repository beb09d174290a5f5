internal import RouterCore

/// The node `avahi.advertiser`: keeps Avahi's idea of our services equal to what the events say.
actor AvahiAdvertiserNode: Node {
  /// Blocks; returns a connection whose events have begun.
  typealias Connect = @Sendable () -> Result<any ServicePublisher, AvahiProblem>

  /// How long start and stop wait for a daemon that takes calls and does not answer.
  static let patience = Duration.seconds(1)

  private let context: NodeContext
  private let connect: Connect
  private let metrics: AdvertiserMetrics
  private var book: ServiceBook
  private var publisher: (any ServicePublisher)?
  /// A connection in the making; outlives a `prepare` that did not want to wait for it.
  private var attempt: OneShot<Result<any ServicePublisher, AvahiProblem>>?
  private var actions: [ServiceBook.Action] = []
  private var isPerforming = false

  init(_ context: NodeContext, rename: @escaping @Sendable (String) -> String, connect: @escaping Connect) {
    self.context = context
    self.connect = connect
    metrics = AdvertiserMetrics(context.metrics)
    book = ServiceBook(rename: rename)
  }

  // MARK: Lifetime

  func prepare() async throws(NodeFailure) {
    let attempt = self.attempt ?? beginToConnect()
    self.attempt = attempt
    guard let result = await attempt.value(within: Self.patience, on: context.time) else { throw .silentAvahi }
    self.attempt = nil
    switch result {
    case .failure(let problem): throw NodeFailure(connecting: problem)
    case .success(let publisher):
      metrics.connections.add()
      self.publisher = publisher
    }
  }

  func run() async throws(NodeFailure) {
    guard let publisher else { return }
    for await event in publisher.events {
      await perform(book.take(event))
      if case .lost(let problem) = event { throw NodeFailure(losing: problem) }
    }
  }

  func stop() async {
    guard let publisher else { return }
    self.publisher = nil
    actions = []
    book.serverLeft()
    metrics.published.set(0)
    let closed = OneShot<Void>()
    Task { [context] in closed.fulfil(await context.blocking.run { publisher.close() }) }
    _ = await closed.value(within: Self.patience, on: context.time)
  }

  func receive(_ event: Event, on port: String) async {
    guard let service = event.payload as? ServiceEvent else { return }
    let key = ServiceBook.Key(source: event.source, key: event.key)
    if event.isWithdrawn {
      service.nameInForce.withdraw()
      await perform(book.withdraw(key))
    } else {
      await perform(book.offer(service, by: key))
    }
  }

  private func beginToConnect() -> OneShot<Result<any ServicePublisher, AvahiProblem>> {
    let attempt = OneShot<Result<any ServicePublisher, AvahiProblem>>()
    Task { [context, connect] in attempt.fulfil(await context.blocking.run(connect)) }
    return attempt
  }

  // MARK: Actions

  /// Does one action after the other, also those that come while one is being done; Avahi is asked for one at a time.
  private func perform(_ new: [ServiceBook.Action]) async {
    actions += new
    guard !isPerforming else { return }
    isPerforming = true
    while !actions.isEmpty { await perform(actions.removeFirst()) }
    isPerforming = false
    metrics.published.set(book.established)
  }

  private func perform(_ action: ServiceBook.Action) async {
    switch action {
    case .publish(let publication): await ask(publication.id) { $0.publish(publication) }
    case .update(let publication): await ask(publication.id) { $0.update(publication) }
    case .remove(let id):
      await ask(id) { publisher in
        publisher.remove(id)
        return nil
      }
    case .announce(let key, let name): announce(key, name)
    case .sayTaken(let name, let next):
      metrics.renames.add()
      context.log.warning("the name \"\(name)\" is taken on this network", ("next", next))
    case .sayUnfit(let name, let words):
      context.log.error("\"\(name)\" cannot be published: \(words)")
    case .sayDropped(let name, let keys):
      context.log.warning("TXT keys left out", ("service", name), ("keys", keys.joined(separator: ", ")))
    }
  }

  /// Asks the daemon, and waits for the answer unless it hangs; a late answer is heard all the same.
  private func ask(_ id: Int, _ question: @escaping @Sendable (any ServicePublisher) -> AvahiProblem?) async {
    guard let publisher else { return }
    let answered = OneShot<Void>()
    Task { [context] in
      let problem = await context.blocking.run { question(publisher) }
      if let problem { await self.perform(self.book.refused(id, problem)) }
      answered.fulfil(())
    }
    _ = await answered.value(within: Self.patience, on: context.time)
  }

  private func announce(_ key: ServiceBook.Key, _ name: String) {
    guard let service = book.service(key) else { return }
    service.nameInForce.publish(as: name)
    context.log.info("\"\(name)\" is on the network", ("type", service.type), ("port", String(service.port)))
  }
}
