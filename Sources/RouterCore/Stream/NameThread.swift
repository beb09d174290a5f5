internal import Glibc

/// Names the calling thread for `top -H` and debuggers; cut to 15 bytes. Failure is ignored.
public func nameCurrentThread(_ name: String) {
  let descriptor = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  let bytes = Array(name.utf8.prefix(15))
  _ = unsafe write(descriptor, bytes, bytes.count)
  _ = close(descriptor)
}
