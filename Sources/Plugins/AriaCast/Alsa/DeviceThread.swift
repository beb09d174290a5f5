internal import Glibc
internal import RouterCore

/// A thread of its own for a device, at real-time priority where the system permits.
enum DeviceThread {
  /// Below the kernel's own threads, above everything that has no deadline.
  private static let priority: Int32 = 60

  /// Starts a thread that runs `body` once and ends. Control side.
  /// - Throws: `SystemError` if the system has no thread left; `body` is not called then.
  static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
    try OwnThread.start(name, body)
  }

  /// Asks for real-time priority for the calling thread.
  /// - Returns: nil when granted, else errno.
  static func requestRealtime() -> Int32? {
    var parameters = sched_param()
    parameters.sched_priority = priority
    let code = unsafe pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters)
    return code == 0 ? nil : code
  }
}
