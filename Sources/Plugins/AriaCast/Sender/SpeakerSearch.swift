public import RouterCore

/// What is looked for.
public struct SpeakerQuery: Sendable {
  /// Seconds after which a speaker that did not answer is not there; they answer within a few milliseconds, and phones
  /// that sleep within two seconds.
  static let usual = 3.0

  /// Where UDP requests go; the broadcast address means every network of the machine. nil sends none.
  public var requests: PeerAddress?
  /// Length of the search.
  public var seconds: Double
  /// Ends the search as soon as it is found; nil finds all.
  public var name: String?

  public init(requests: PeerAddress?, seconds: Double, name: String? = nil) {
    self.requests = requests
    self.seconds = seconds
    self.name = name
  }
}

/// What was found, and what could not be asked.
public struct SpeakerSearchResult: Sendable {
  var list = SpeakerList()
  /// For people: `mDNS was not asked: Daemon not running`.
  public var notes: [String] = []
  /// By name.
  public var speakers: [FoundSpeaker] { list.sorted }
}

/// Looks for speakers.
protocol SpeakerFinder: Sendable {
  func find(_ query: SpeakerQuery) async -> SpeakerSearchResult
}

/// Looks for AriaCast speakers on the networks of this machine, by UDP and mDNS at once, each on a thread of its own.
public final class NetworkSearch: SpeakerFinder {
  /// How much longer than the search the Avahi daemon may hang before it is left to itself.
  private static let patience = Duration.seconds(1)

  /// A daemon that hangs holds one thread, not one more with every search.
  private let isAskingAvahi = PthreadLock(false)

  public init() {}

  /// Returns when the time is over, the name was found, or the task is cancelled. Control side.
  public func find(_ query: SpeakerQuery) async -> SpeakerSearchResult {
    let state = SearchState(query)
    return await withTaskCancellationHandler {
      let udp = NetworkSearch.begin("udp search") { DiscoverySocket.search(query, state) }
      let mdns = askAvahi(state)
      let limit = state.left + NetworkSearch.patience
      let first = await udp.value
      let second = await mdns.value(within: limit, on: SystemTime()) ?? NetworkSearch.silence
      return SpeakerSearchResult(list: state.list, notes: [first, second].compactMap { $0 })
    } onCancel: {
      state.end()
    }
  }

  private static let silence = "mDNS was not asked: the Avahi daemon does not answer"

  private func askAvahi(_ state: SearchState) -> OneShot<String?> {
    let isFree = isAskingAvahi.withLock { isAsking in
      defer { isAsking = true }
      return !isAsking
    }
    guard isFree else {
      let answer = OneShot<String?>()
      answer.fulfil(NetworkSearch.silence)
      return answer
    }
    return NetworkSearch.begin("mdns search") { [isAskingAvahi] in
      defer { isAskingAvahi.withLock { $0 = false } }
      return AvahiSearch.search(ServiceRecord.type, state)
    }
  }

  /// - Parameter body: Says why it could not ask.
  private static func begin(_ name: String, _ body: @escaping @Sendable () -> String?) -> OneShot<String?> {
    let answer = OneShot<String?>()
    do throws(SystemError) {
      try DeviceThread.start(name) { answer.fulfil(body()) }
    } catch {
      answer.fulfil("\(name): \(error)")
    }
    return answer
  }
}

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
