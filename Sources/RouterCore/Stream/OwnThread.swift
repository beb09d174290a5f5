internal import Glibc

/// A thread of its own for what blocks as long as it lives: a device, a disk.
public enum OwnThread {
  /// Starts a thread that runs `body` once and ends. Control side.
  /// - Parameter name: For `top -H`; cut to 15 bytes.
  /// - Throws: `SystemError` if the system has no thread left; `body` is not called then.
  public static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
    var id = pthread_t()
    let work = unsafe Unmanaged.passRetained(ThreadWork(name: name, body: body))
    let code = unsafe pthread_create(&id, nil, ownThreadMain, work.toOpaque())
    if code != 0 {
      unsafe work.release()
      throw SystemError("pthread_create", code: code)
    }
    pthread_detach(id)
  }
}

private final class ThreadWork: Sendable {
  let name: String
  let body: @Sendable () -> Void
  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}

/// File-level and nonisolated, so that no caller's isolation is checked on the new thread.
private nonisolated func ownThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  let work = unsafe Unmanaged<ThreadWork>.fromOpaque(argument).takeRetainedValue()
  nameCurrentThread(work.name)
  work.body()
  return nil
}
