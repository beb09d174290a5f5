internal import RouterCore
internal import Synchronization

/// A feed on one loop: its newest bytes once, and the connections that listen, each with a cursor of its own.
/// Confined to the loop.
final class LocalFeed {
  let window: FeedWindow
  private let settings: FeedSettings
  private var limits: FeedLimits
  private let lane: FeedLane
  private let skipped: Metric
  /// Gives a listener's place back; the feed itself may be gone.
  private weak var feed: Feed?
  private var listeners: [Connection] = []
  /// What plays, for listeners that asked.
  private(set) var title: ICYTitle
  /// Where the newest writes of the feed ended: places a listener may start at.
  private var entries = FeedEntries()

  init(_ feed: Feed, lane: FeedLane) {
    self.feed = feed
    self.lane = lane
    settings = feed.settings
    skipped = feed.skipped
    title = feed.title.withLock { $0 }
    limits = feed.limits.withLock { $0 }
    window = FeedWindow(capacity: limits.capacity)
  }

  /// For a new listener. - Parameter wantsTitle: It asked to be told what plays.
  func cursor(isChunked: Bool, wantsTitle: Bool = false) -> LiveCursor {
    let interval = wantsTitle ? settings.icyInterval : nil
    return LiveCursor(
      end: window.end, alignment: settings.alignment, isChunked: isChunked,
      icy: interval.map { ICYClock(interval: $0, begun: settings.opening.count) })
  }

  /// A title that overtook a newer one on its way here is left out.
  func setTitle(_ new: ICYTitle) { if new.number > title.number { title = new } }

  /// Listeners that lag further than they now may learn of it with the next bytes.
  func limit(_ new: FeedLimits) {
    limits = new
    window.resize(to: new.capacity)
  }

  func join(_ connection: Connection) {
    connection.live?.place = listeners.count
    listeners.append(connection)
    lane.isActive.store(true, ordering: .releasing)
  }

  /// Removes a listener; the last one takes its place in the list.
  func leave(_ connection: Connection) {
    guard let place = connection.live?.place, place < listeners.count, listeners[place] === connection else { return }
    let last = listeners.removeLast()
    if last !== connection {
      listeners[place] = last
      last.live?.place = place
    }
    if listeners.isEmpty { lane.isActive.store(false, ordering: .releasing) }
    feed?.giveBack()
    settings.audienceChanged?(-1)
  }

  /// Takes what the writer handed over and writes it to every listener that can take it. Data thread.
  func pump(on loop: isolated Loop) {
    while lane.drain(into: window, restarted: restart) {
      entries.add(window.end)
      var index = 0
      while index < listeners.count {
        let connection = listeners[index]
        connection.pushLive(on: loop)
        // A listener that was closed has left, and another one has its place.
        if index < listeners.count, listeners[index] === connection { index += 1 }
      }
    }
  }

  /// Applies the policy to a listener that lags by more than the capacity.
  /// - Returns: false when it is to be disconnected.
  func catchUp(_ cursor: inout LiveCursor, keeping: Int) -> Bool {
    guard cursor.position < window.start || window.end - cursor.position > limits.capacity else { return true }
    guard limits.whenFull == .skip else { return false }
    let kept = settings.framing == .body ? min(keeping, window.capacity / 2) : 0
    let entry = settings.alignment == 1 ? entries.newest(upTo: window.end - kept, from: window.start) : nil
    skipped.add(cursor.skip(end: window.end, keeping: entry.map { window.end - $0 } ?? kept))
    return true
  }

  /// Ends every listener's body.
  func end(on loop: isolated Loop) {
    while lane.drain(into: window, restarted: restart) {}
    for connection in listeners { connection.endLive(on: loop) }
  }

  private func restart(at position: Int) {
    for connection in listeners {
      let missed = max(0, window.end - (connection.live?.cursor.position ?? window.end))
      if missed > 0 { skipped.add(missed) }
      connection.live?.cursor.restart(at: position)
    }
    window.restart(at: position)
    entries.restart(at: position)
  }
}
