public import RouterCore

/// A graph of one node: streams it opens end in a `Recording`, events it emits are kept. Any thread.
public final class FakeGraph: NodeGraph {
  /// A stream the node opened.
  public struct Opened: Sendable {
    public let id: StreamID
    public let offer: StreamOffer
    public let loop: Loop
    public let recording: Recording
    public internal(set) var end: StreamEnd?
  }
  /// One `emit` or `withdraw`.
  public struct Emitted: Sendable {
    public let payload: any EventPayload
    public let port: String
    public let key: String
    public let isWithdrawn: Bool
  }
  private struct State {
    var streams: [Opened] = []
    var events: [Emitted] = []
    var lastID: StreamID = 0
    var waiters: [(isMet: @Sendable ([Opened], [Emitted]) -> Bool, wake: CheckedContinuation<Void, Never>)] = []
  }
  private let state = PthreadLock(State())

  public init() {}

  /// Every stream so far, also those that are over.
  public var streams: [Opened] { state.withLock { $0.streams } }
  public var events: [Emitted] { state.withLock { $0.events } }

  /// Returns as soon as the streams and events so far satisfy `condition`.
  public func wait(until condition: @escaping @Sendable ([Opened], [Emitted]) -> Bool) async {
    await withCheckedContinuation { wake in
      let isMet = state.withLock { state in
        if condition(state.streams, state.events) { return true }
        state.waiters.append((condition, wake))
        return false
      }
      if isMet { wake.resume() }
    }
  }

  public func nextStreamID() -> StreamID {
    state.withLock {
      $0.lastID += 1
      return $0.lastID
    }
  }

  public func open(_ offer: StreamOffer, on loop: Loop) async -> StreamID {
    let id = nextStreamID()
    let recording = Recording()
    await loop.open(
      id,
      Branch(
        node: "source", format: offer.format, stage: PassStage(),
        below: [
          Branch(node: "end", link: "source.audio->end.audio", format: offer.format, stage: CollectStage(recording))
        ]))
    change { $0.streams.append(Opened(id: id, offer: offer, loop: loop, recording: recording)) }
    return id
  }

  public func close(_ stream: StreamID, _ end: StreamEnd) async {
    guard let opened = streams.first(where: { $0.id == stream && $0.end == nil }) else { return }
    _ = await opened.loop.close(stream, end)
    change { state in
      if let index = state.streams.firstIndex(where: { $0.id == stream }) { state.streams[index].end = end }
    }
  }

  public func emit(_ payload: any EventPayload, on port: String, key: String) async {
    change { $0.events.append(Emitted(payload: payload, port: port, key: key, isWithdrawn: false)) }
  }

  public func withdraw(_ payload: any EventPayload, on port: String, key: String) async {
    change { $0.events.append(Emitted(payload: payload, port: port, key: key, isWithdrawn: true)) }
  }

  private func change(_ edit: @Sendable (inout State) -> Void) {
    let due = state.withLock { state in
      edit(&state)
      let (streams, events) = (state.streams, state.events)
      let due = state.waiters.filter { $0.isMet(streams, events) }.map(\.wake)
      state.waiters.removeAll { $0.isMet(streams, events) }
      return due
    }
    for wake in due { wake.resume() }
    Bell.shared.ring()
  }
}
