internal import CLinux
internal import Glibc
public import RouterCore

/// Waits with epoll(7), level-triggered.
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
  /// False on kernels before 5.11, which count timeouts in milliseconds only.
  private var hasNanoseconds = true

  public var waker: any Waker { signal }

  /// - Throws: `SystemError` if the process has no descriptor left.
  public init() throws(SystemError) {
    signal = try EventSignal()
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    unsafe events = .allocate(capacity: EpollPoller.batch)
    guard epoll >= 0 else { throw SystemError("epoll_create1", code: errno) }
    try control(EPOLL_CTL_ADD, signal.descriptor, .read, generation: 0)
  }

  deinit {
    unsafe events.deallocate()
    if epoll >= 0 { _ = Glibc.close(epoll) }
  }

  public func turn(timeout: Duration?, on loop: isolated Loop) {
    let count = wait(timeout)
    for index in 0..<max(0, count) {
      let (flags, key) = unsafe (events[index].events, events[index].data.u64)
      dispatch(flags, descriptor: Int32(truncatingIfNeeded: key), generation: UInt32(key >> 32), on: loop)
    }
  }

  public func watch(
    _ descriptor: Int32, for what: Readiness, _ handler: any ReadinessHandler
  ) throws(SystemError) -> Watch {
    let index = Int(descriptor)
    guard index >= 0 else { throw SystemError("epoll_ctl", code: EBADF) }
    if index >= slots.count { slots.append(contentsOf: repeatElement(Slot(), count: index + 64 - slots.count)) }
    let generation = slots[index].generation &+ 1
    try control(EPOLL_CTL_ADD, descriptor, what, generation: generation)
    slots[index] = Slot(generation: generation, handler: handler)
    return Watch(descriptor: descriptor, generation: generation)
  }

  public func change(_ watch: Watch, to what: Readiness) {
    guard isCurrent(watch) else { return }
    try? control(EPOLL_CTL_MOD, watch.descriptor, what, generation: watch.generation)
  }

  public func unwatch(_ watch: Watch) {
    guard isCurrent(watch) else { return }
    slots[Int(watch.descriptor)].handler = nil
    slots[Int(watch.descriptor)].generation &+= 1
    try? control(EPOLL_CTL_DEL, watch.descriptor, [], generation: 0)
  }

  private func isCurrent(_ watch: Watch) -> Bool {
    let index = Int(watch.descriptor)
    return slots.indices.contains(index) && slots[index].generation == watch.generation
  }

  private func dispatch(_ flags: UInt32, descriptor: Int32, generation: UInt32, on loop: isolated Loop) {
    if descriptor == signal.descriptor { return signal.clear() }
    let slot = slots[Int(descriptor)]
    guard slot.generation == generation, let handler = slot.handler else { return }
    var ready: Readiness = []
    if flags & EPOLLIN.rawValue != 0 { ready.insert(.read) }
    if flags & EPOLLOUT.rawValue != 0 { ready.insert(.write) }
    if flags & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { ready.insert(.hangUp) }
    handler.ready(ready, on: loop)
  }

  private func wait(_ timeout: Duration?) -> Int {
    let batch = Int32(EpollPoller.batch)
    guard let timeout else { return Int(unsafe epoll_wait(epoll, events, batch, -1)) }
    let nanoseconds = max(0, timeout.nanoseconds)
    if hasNanoseconds, nanoseconds > 0 {
      var limit = timespec(
        tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
      let count = unsafe epoll_pwait2(epoll, events, batch, &limit, nil)
      if count >= 0 || errno == EINTR { return Int(count) }
      hasNanoseconds = false
    }
    let milliseconds = min((nanoseconds + 999_999) / 1_000_000, Int64(Int32.max))
    return Int(unsafe epoll_wait(epoll, events, batch, Int32(milliseconds)))
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
