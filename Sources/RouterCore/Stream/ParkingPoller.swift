internal import Glibc

/// A poller on `poll(2)` for loops with few descriptors: workers, streams that arrive on no connection, tests.
///
/// Each turn costs O(watched descriptors); a loop of many connections uses epoll. Waits in whole milliseconds,
/// rounded up, so a timer is never early and at most 1 ms late. Owned by one loop and confined to it.
public final class ParkingPoller: Poller {
  private struct Entry {
    var watch: Watch
    var handler: any ReadinessHandler
  }

  public var waker: any Waker { pipe }
  private let pipe: WakePipe
  private var lastGeneration: UInt32 = 0
  /// `polled[0]` is the pipe; `polled[n + 1]` belongs to `entries[n]`.
  private var polled: [pollfd]
  private var entries: [Entry] = []
  /// What the turn in hand found: kept to reuse its memory.
  private var ready: [(watch: Watch, what: Readiness)] = []

  /// - Throws: `SystemError` when the process has no descriptors left.
  public init() throws(SystemError) {
    pipe = try WakePipe()
    polled = [pollfd(fd: pipe.readEnd, events: Int16(POLLIN), revents: 0)]
  }

  public func turn(until deadline: Instant?, from now: Instant, on loop: isolated Loop) {
    let timeout = ParkingPoller.milliseconds(deadline.map { max(.zero, $0 - now) })
    let count = unsafe poll(&polled, nfds_t(polled.count), timeout)
    guard count > 0 else { return }
    if polled[0].revents != 0 { pipe.drain() }
    ready.removeAll(keepingCapacity: true)
    for index in entries.indices where polled[index + 1].revents != 0 {
      ready.append((entries[index].watch, Readiness(events: polled[index + 1].revents)))
    }
    // A handler may forget another descriptor, or reuse its number: each is looked up again.
    for (watch, what) in ready {
      if let index = position(of: watch) { entries[index].handler.ready(what, on: loop) }
    }
  }

  public func watch(
    _ descriptor: Int32, for what: Readiness, _ handler: any ReadinessHandler
  ) throws(SystemError) -> Watch {
    guard fcntl(descriptor, F_GETFD) >= 0 else { throw SystemError("poll", code: errno) }
    guard !entries.contains(where: { $0.watch.descriptor == descriptor }) else {
      throw SystemError("poll", code: EEXIST)
    }
    lastGeneration &+= 1
    let watch = Watch(descriptor: descriptor, generation: lastGeneration)
    entries.append(Entry(watch: watch, handler: handler))
    polled.append(pollfd(fd: descriptor, events: what.events, revents: 0))
    return watch
  }

  public func change(_ watch: Watch, to what: Readiness) {
    if let index = position(of: watch) { polled[index + 1].events = what.events }
  }

  public func unwatch(_ watch: Watch) {
    guard let index = position(of: watch) else { return }
    entries.remove(at: index)
    polled.remove(at: index + 1)
  }

  private func position(of watch: Watch) -> Int? { entries.firstIndex { $0.watch == watch } }

  /// poll(2)'s time-out: -1 waits for ever.
  private static func milliseconds(_ timeout: Duration?) -> Int32 {
    guard let timeout else { return -1 }
    let nanoseconds = max(0, timeout.nanoseconds)
    let whole = nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1)
    return Int32(clamping: whole)
  }
}

extension Readiness {
  /// What poll(2) found.
  fileprivate init(events: Int16) {
    self = []
    if events & Int16(POLLIN) != 0 { insert(.read) }
    if events & Int16(POLLOUT) != 0 { insert(.write) }
    if events & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { insert(.hangUp) }
  }

  /// What poll(2) is asked for.
  fileprivate var events: Int16 {
    (contains(.read) ? Int16(POLLIN) : 0) | (contains(.write) ? Int16(POLLOUT) : 0)
  }
}
