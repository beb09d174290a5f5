internal import CLinux
internal import Glibc
internal import RouterCore
internal import Synchronization

/// An eventfd that says "look": any thread raises it, one loop watches and clears it.
///
/// Raising it twice before it is cleared costs one system call, so it may be raised for every packet. Any thread, also
/// the data path: no allocation, no lock.
final class EventSignal: Waker, Sendable {
  let descriptor: Int32
  private let isRaised = Atomic<Bool>(false)

  /// - Throws: `SystemError` if the process has no descriptor left.
  init() throws(SystemError) {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    guard descriptor >= 0 else { throw SystemError("eventfd", code: errno) }
  }

  deinit { _ = Glibc.close(descriptor) }

  func wake() {
    if isRaised.exchange(true, ordering: .acquiringAndReleasing) { return }
    var one: UInt64 = 1
    _ = unsafe Glibc.write(descriptor, &one, 8)
  }

  /// Call before looking at what was announced. The read comes first: a raise in between is then seen by the look.
  func clear() {
    var count: UInt64 = 0
    _ = unsafe Glibc.read(descriptor, &count, 8)
    _ = isRaised.exchange(false, ordering: .acquiringAndReleasing)
  }
}
