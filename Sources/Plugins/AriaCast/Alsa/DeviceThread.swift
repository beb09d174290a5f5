internal import Glibc
internal import RouterCore

/// A thread of its own for a device, at real-time priority where the system permits.
enum DeviceThread {
  /// Below the kernel's own threads, above everything that has no deadline.
  private static let priority: Int32 = 60

  /// Starts a thread that runs `body` once and ends. Control side.
  /// - Throws: `SystemError` if the system has no thread left; `body` is not called then.
  static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
    var id = pthread_t()
    let work = unsafe Unmanaged.passRetained(DeviceWork(name: name, body: body))
    let code = unsafe pthread_create(&id, nil, deviceThreadMain, work.toOpaque())
    if code != 0 {
      unsafe work.release()
      throw SystemError("pthread_create", code: code)
    }
    pthread_detach(id)
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

private final class DeviceWork: Sendable {
  let name: String
  let body: @Sendable () -> Void
  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}

/// File-level and nonisolated, so that no caller's isolation is checked on the new thread.
private nonisolated func deviceThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  let work = unsafe Unmanaged<DeviceWork>.fromOpaque(argument).takeRetainedValue()
  nameCurrentThread(work.name)
  work.body()
  return nil
}
