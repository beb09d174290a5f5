internal import RouterCore

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
