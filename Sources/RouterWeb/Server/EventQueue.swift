internal import RouterCore

/// Server-sent events on their way to one listener. Any thread.
///
/// Source: WHATWG HTML, section 9.2 "Server-sent events".
final class EventQueue: EventStream, Sendable {
  /// Events that may wait; one more ends the listener.
  static let limit = 256

  private struct State {
    var waiting: [[UInt8]] = []
    var isOpen = true
    var isAnnounced = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = PthreadLock(State())
  private let announce: @Sendable () -> Void

  /// - Parameter announce: Called when the loop should look; not under the lock.
  init(announce: @escaping @Sendable () -> Void) { self.announce = announce }

  func send(event: String, id: String?, data: String) -> Bool {
    let bytes = EventQueue.encode(event: event, id: id, data: data)
    let (isTaken, mustAnnounce) = state.withLock { state in
      guard state.isOpen else { return (false, false) }
      let fits = state.waiting.count < EventQueue.limit
      if fits { state.waiting.append(bytes) } else { state.isOpen = false }
      let first = !state.isAnnounced
      state.isAnnounced = true
      return (fits, first)
    }
    if mustAnnounce { announce() }
    return isTaken
  }

  func close() {
    let mustAnnounce = state.withLock { state in
      guard state.isOpen else { return false }
      state.isOpen = false
      let first = !state.isAnnounced
      state.isAnnounced = true
      return first
    }
    if mustAnnounce { announce() }
  }

  func waitUntilClosed() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.isOpen { state.waiters.append(continuation) }
          return !state.isOpen
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      end()
    }
  }

  /// What waits, and whether more may come. On the loop.
  func take() -> (events: [[UInt8]], isOpen: Bool) {
    state.withLock { state in
      state.isAnnounced = false
      let waiting = state.waiting
      state.waiting = []
      return (waiting, state.isOpen)
    }
  }

  /// The listener is gone.
  func end() {
    let waiters = state.withLock { state in
      state.isOpen = false
      state.waiting = []
      let waiters = state.waiters
      state.waiters = []
      return waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Line breaks in `event` and `id` would begin a field of their own: they are dropped. Those in `data` are kept.
  static func encode(event: String, id: String?, data: String) -> [UInt8] {
    var text = ""
    if let id { text += "id: \(oneLine(id))\n" }
    if !event.isEmpty { text += "event: \(oneLine(event))\n" }
    for line in data.split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r" || $0 == "\r\n" })
    {
      text += "data: \(line)\n"
    }
    text += "\n"
    return Array(text.utf8)
  }

  private static func oneLine(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\n" && $0 != "\r" && $0 != "\0" }))
  }
}
