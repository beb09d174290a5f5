internal import CLinux
internal import Glibc
public import RouterCore

/// Waits with epoll(7), level-triggered; how, ``TurnPace`` decides.
///
/// Each registration carries a generation beside the descriptor's number, so an event that was fetched before a
/// descriptor was closed and its number given away is dropped. Owned by one loop and confined to it.
@safe public final class EpollPoller: Poller {
  private struct Slot {
    var generation: UInt32 = 0
    var handler: (any ReadinessHandler)?
  }

  private static let batch = 256
  private let epoll: Int32
  private let signal: EventSignal
  private let events: UnsafeMutablePointer<epoll_event>
  /// By descriptor number.
  private var slots: [Slot] = []
  private var watched = 0
  private var alarm: AlarmClock
  private var pace = TurnPace(at: .now())
  /// Watches the signal alone: ends a rest.
  private let restful: Int32
  /// False on kernels before 5.11, which count timeouts in milliseconds only.
  private var hasNanoseconds = true

  public var waker: any Waker { signal }

  /// - Throws: `SystemError` if the process has no descriptor left.
  public init() throws(SystemError) {
    signal = try EventSignal()
    alarm = try AlarmClock()
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    restful = epoll_create1(Int32(EPOLL_CLOEXEC))
    unsafe events = .allocate(capacity: EpollPoller.batch)
    guard epoll >= 0, restful >= 0 else { throw SystemError("epoll_create1", code: errno) }
    try EpollPoller.add(signal.descriptor, EPOLLIN.rawValue, to: epoll)
    try EpollPoller.add(signal.descriptor, EPOLLIN.rawValue, to: restful)
    try EpollPoller.add(alarm.descriptor, EPOLLIN.rawValue | EPOLLET.rawValue, to: epoll)
  }

  deinit {
    unsafe events.deallocate()
    if epoll >= 0 { _ = Glibc.close(epoll) }
    if restful >= 0 { _ = Glibc.close(restful) }
  }

  public func turn(until deadline: Instant?, from now: Instant, on loop: isolated Loop) {
    var look = now
    let count = wait(until: deadline, from: now, lookedAt: &look)
    var found = 0
    for index in 0..<max(0, count) {
      let (flags, key) = unsafe (events[index].events, events[index].data.u64)
      let descriptor = Int32(truncatingIfNeeded: key)
      if descriptor == signal.descriptor {
        signal.clear()
      } else if descriptor == alarm.descriptor {
        alarm.rang()
      } else {
        found += 1
        dispatch(flags, descriptor: descriptor, generation: UInt32(key >> 32), on: loop)
      }
    }
    pace.looked(found: found, of: watched, at: look)
  }

  public func watch(
    _ descriptor: Int32, for what: Readiness, _ handler: any ReadinessHandler
  ) throws(SystemError) -> Watch {
    let index = Int(descriptor)
    guard index >= 0 else { throw SystemError("epoll_ctl", code: EBADF) }
    if index >= slots.count { slots.append(contentsOf: repeatElement(Slot(), count: index + 64 - slots.count)) }
    let generation = slots[index].generation &+ 1
    try control(EPOLL_CTL_ADD, descriptor, what, generation: generation)
    watched += 1
    slots[index] = Slot(generation: generation, handler: handler)
    return Watch(descriptor: descriptor, generation: generation)
  }

  public func change(_ watch: Watch, to what: Readiness) {
    guard isCurrent(watch) else { return }
    try? control(EPOLL_CTL_MOD, watch.descriptor, what, generation: watch.generation)
  }

  public func unwatch(_ watch: Watch) {
    guard isCurrent(watch) else { return }
    watched -= 1
    slots[Int(watch.descriptor)].handler = nil
    slots[Int(watch.descriptor)].generation &+= 1
    try? control(EPOLL_CTL_DEL, watch.descriptor, [], generation: 0)
  }

  private func isCurrent(_ watch: Watch) -> Bool {
    let index = Int(watch.descriptor)
    return slots.indices.contains(index) && slots[index].generation == watch.generation
  }

  private func dispatch(_ flags: UInt32, descriptor: Int32, generation: UInt32, on loop: isolated Loop) {
    let slot = slots[Int(descriptor)]
    guard slot.generation == generation, let handler = slot.handler else { return }
    var ready: Readiness = []
    if flags & EPOLLIN.rawValue != 0 { ready.insert(.read) }
    if flags & EPOLLOUT.rawValue != 0 { ready.insert(.write) }
    if flags & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { ready.insert(.hangUp) }
    handler.ready(ready, on: loop)
  }

  /// - Returns: events that were fetched; negative when a signal came in between.
  private func wait(until deadline: Instant?, from now: Instant, lookedAt look: inout Instant) -> Int {
    let batch = Int32(EpollPoller.batch)
    if let deadline, deadline <= now { return Int(unsafe epoll_wait(epoll, events, batch, 0)) }
    if pace.isResting {
      look = pace.nextLook(from: now)
      if let deadline { look = min(look, deadline) }
      rest(until: look, from: now)
      return Int(unsafe epoll_wait(epoll, events, batch, 0))
    }
    if let deadline { alarm.set(to: deadline, from: now) }
    return Int(unsafe epoll_wait(epoll, events, batch, -1))
  }

  /// Leaves the descriptors alone for a moment; the signal ends it.
  private func rest(until end: Instant, from now: Instant) {
    let nanoseconds = end.nanoseconds &- now.nanoseconds
    guard nanoseconds > 0 else { return }
    if hasNanoseconds {
      var limit = timespec(tv_sec: 0, tv_nsec: Int(nanoseconds))
      if unsafe epoll_pwait2(restful, events, 1, &limit, nil) >= 0 || errno == EINTR { return }
      hasNanoseconds = false
    }
    _ = unsafe epoll_wait(restful, events, 1, 1)
  }

  private static func add(_ descriptor: Int32, _ flags: UInt32, to epoll: Int32) throws(SystemError) {
    var event = unsafe epoll_event()
    unsafe event.events = flags
    unsafe event.data.u64 = UInt64(UInt32(bitPattern: descriptor))
    guard unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
      throw SystemError("epoll_ctl", code: errno)
    }
  }

  private func control(
    _ operation: Int32, _ descriptor: Int32, _ what: Readiness, generation: UInt32
  ) throws(SystemError) {
    var event = unsafe epoll_event()
    if what.contains(.read) { unsafe event.events |= EPOLLIN.rawValue }
    if what.contains(.write) { unsafe event.events |= EPOLLOUT.rawValue }
    unsafe event.data.u64 = UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    guard unsafe epoll_ctl(epoll, operation, descriptor, &event) == 0 else {
      throw SystemError("epoll_ctl", code: errno)
    }
  }
}
