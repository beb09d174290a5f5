internal import CALSA
internal import Glibc
internal import RouterCore
internal import Synchronization

/// Wakes one sleeping thread from any other. Waking never blocks; on the data path it costs one load while nobody sleeps.
@safe final class WakeUp: Sendable {
  private let reader: Int32
  private let writer: Int32
  private let isAsleep = Atomic<Bool>(false)

  /// - Throws: `SystemError` when the process has no descriptors left.
  init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw SystemError("pipe", code: errno) }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (reader, writer) = (ends[0], ends[1])
  }

  deinit {
    _ = close(reader)
    _ = close(writer)
  }

  /// Ends the sleep, or nothing if nobody sleeps. Any thread.
  func wake() {
    guard isAsleep.exchange(false, ordering: .acquiringAndReleasing) else { return }
    var byte: UInt8 = 1
    _ = unsafe write(writer, &byte, 1)
  }

  /// Cheap for callers that come by often: wakes only a thread that sleeps.
  @inline(__always)
  func wakeIfAsleep() { if isAsleep.load(ordering: .relaxed) { wake() } }

  /// Announces the sleep; what is woken from here on is not lost. The sleeping thread only.
  func prepare() { isAsleep.store(true, ordering: .sequentiallyConsistent) }

  /// Sleeps after ``prepare()`` until somebody wakes it or something happens at `descriptors`, where it is filled in.
  func sleep(beside descriptors: inout [pollfd]) {
    descriptors.append(pollfd(fd: reader, events: Int16(POLLIN), revents: 0))
    _ = unsafe poll(&descriptors, nfds_t(descriptors.count), -1)
    descriptors.removeLast()
    settle()
  }

  /// Sleeps after ``prepare()``.
  /// - Returns: true if somebody woke it.
  func sleep(milliseconds: Int32) -> Bool {
    var descriptor = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
    let woken = unsafe poll(&descriptor, 1, milliseconds) > 0
    settle()
    return woken
  }

  private func settle() {
    isAsleep.store(false, ordering: .releasing)
    var bytes: UInt64 = 0
    while unsafe read(reader, &bytes, 8) > 0 {}
  }
}
