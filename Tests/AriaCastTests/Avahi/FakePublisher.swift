import RouterCore

@testable import AriaCast

/// A network in memory: names that are taken, and what is published on it. Any thread.
final class FakePublisher: ServicePublisher {
  private struct State {
    var published: [Int: Publication] = [:]
    var taken: Set<String> = []
    var refusal: AvahiProblem?
    var isClosed = false
    var untilEnd: Int
  }
  private let state: PthreadLock<State>
  let events: AsyncStream<PublisherEvent>
  private let report: AsyncStream<PublisherEvent>.Continuation

  /// - Parameter count: Its events end after so many services were established, and with them the node's `run`.
  init(taken: Set<String> = [], endsAfter count: Int = .max) {
    (events, report) = AsyncStream.makeStream()
    state = PthreadLock(State(taken: taken, untilEnd: count))
    report.yield(.running)
  }

  var published: [Publication] { state.withLock { $0.published.values.sorted { $0.id < $1.id } } }
  var names: [String] { published.map(\.name) }
  var isClosed: Bool { state.withLock { $0.isClosed } }
  var refusal: AvahiProblem? {
    get { state.withLock { $0.refusal } }
    set { state.withLock { $0.refusal = newValue } }
  }

  func say(_ event: PublisherEvent) { report.yield(event) }

  func publish(_ publication: Publication) -> AvahiProblem? {
    let answer: AvahiProblem? = state.withLock { state in
      if let refusal = state.refusal { return refusal }
      if state.taken.contains(publication.name) { return .taken }
      state.published[publication.id] = publication
      return nil
    }
    switch answer?.kind {
    case nil: establish(publication.id)
    case .lost, .forbidden: if let answer { report.yield(.lost(answer)) }
    case .taken, .unfit: break
    }
    return answer
  }

  private func establish(_ id: Int) {
    report.yield(.established(id))
    let left = state.withLock { state in
      state.untilEnd -= 1
      return state.untilEnd
    }
    if left == 0 { report.finish() }
  }

  func update(_ publication: Publication) -> AvahiProblem? {
    state.withLock { $0.published[publication.id] = publication }
    return nil
  }

  func remove(_ id: Int) { state.withLock { $0.published[id] = nil } }

  func close() {
    report.finish()
    state.withLock { state in
      state.isClosed = true
      state.published = [:]
    }
  }
}
