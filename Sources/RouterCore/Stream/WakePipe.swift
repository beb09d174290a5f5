internal import Glibc

/// A pipe whose reading end becomes ready when somebody calls `wake`. Any thread.
public final class WakePipe: Waker {
  /// Readable after `wake` until `drain`.
  public let readEnd: Int32
  private let writeEnd: Int32

  /// - Throws: `SystemError` when the process has no descriptors left.
  public init() throws(SystemError) {
    var ends: (Int32, Int32) = (-1, -1)
    let code = unsafe withUnsafeMutableBytes(of: &ends) {
      unsafe pipe($0.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    guard code == 0 else { throw SystemError("pipe", code: errno) }
    (readEnd, writeEnd) = ends
    for end in [readEnd, writeEnd] {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  /// A full pipe is a wake already on its way, so the result does not matter.
  public func wake() {
    var byte: UInt8 = 1
    _ = unsafe write(writeEnd, &byte, 1)
  }

  /// Takes every wake so far. Called by the one reader.
  public func drain() {
    var sink = (UInt64(0), UInt64(0))
    let size = MemoryLayout.size(ofValue: sink)
    while unsafe read(readEnd, &sink, size) == size {}
  }

  /// Sleeps until somebody wakes, or so many milliseconds; -1: as long as it takes. Takes every wake so far. Not on the
  /// data path.
  public func sleep(milliseconds: Int32) {
    var one = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
    if unsafe poll(&one, 1, milliseconds) > 0 { drain() }
  }
}
