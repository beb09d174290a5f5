internal import RouterCore

/// A search under way, shared by the threads that search. Any thread.
final class SearchState: Sendable {
  let deadline: Instant
  private let name: String?
  private let state = PthreadLock<(list: SpeakerList, isOver: Bool)>((SpeakerList(), false))

  init(_ query: SpeakerQuery) {
    name = query.name
    deadline = Instant.now() + .seconds(query.seconds)
  }

  var list: SpeakerList { state.withLock { $0.list } }
  /// The time is over, the name was found, or nobody wants to know any more.
  var isOver: Bool { state.withLock { $0.isOver } || Instant.now() >= deadline }
  func end() { state.withLock { $0.isOver = true } }

  func add(_ speaker: FoundSpeaker) {
    state.withLock { state in
      state.list.add(speaker)
      if let name, state.list.speaker(called: name) != nil { state.isOver = true }
    }
  }

  var left: Duration { max(.zero, deadline - Instant.now()) }

  /// Milliseconds until the search should be looked at again: 100 at most.
  var wait: Int32 { Int32(max(0, min(100, left.nanoseconds / 1_000_000))) }
}
