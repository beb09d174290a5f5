internal import Glibc
public import RouterCore

/// A few threads for calls that block: disk, DNS, fsync. Neither a loop nor a Swift task thread ever waits for them.
///
/// Threads start when they are needed and stay. Calls beyond the number of threads queue in order. Any thread.
@safe public final class BlockingPool: BlockingCalls {
  private let queue: BlockingQueue

  /// - Parameter threads: At most this many, 1 to 64.
  public init(threads: Int = 4) { queue = BlockingQueue(limit: min(max(threads, 1), 64)) }

  deinit { queue.end() }

  public func run<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
    await withCheckedContinuation { continuation in
      queue.add { continuation.resume(returning: body()) }
    }
  }

  /// Queues a call whose result nobody awaits.
  func submit(_ body: @escaping @Sendable () -> Void) { queue.add(body) }
}

/// The queue and its threads; outlives the pool until the last call is done.
///
/// Unchecked: everything mutable is touched under the mutex only.
@safe private final class BlockingQueue: @unchecked Sendable {
  private let limit: Int
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var calls: [@Sendable () -> Void] = []
  private var threads = 0
  private var idle = 0
  private var isEnding = false

  init(limit: Int) {
    self.limit = limit
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  func add(_ call: @escaping @Sendable () -> Void) {
    unsafe pthread_mutex_lock(mutex)
    calls.append(call)
    let needsThread = idle < calls.count && threads < limit
    if needsThread { threads += 1 }
    unsafe pthread_cond_signal(condition)
    unsafe pthread_mutex_unlock(mutex)
    if needsThread { startThread() }
  }

  func end() {
    unsafe pthread_mutex_lock(mutex)
    isEnding = true
    unsafe pthread_cond_broadcast(condition)
    unsafe pthread_mutex_unlock(mutex)
  }

  fileprivate func serve() {
    nameCurrentThread("blocking")
    while let call = next() { call() }
  }

  private func next() -> (@Sendable () -> Void)? {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    idle += 1
    defer { idle -= 1 }
    while calls.isEmpty, !isEnding { unsafe pthread_cond_wait(condition, mutex) }
    return calls.isEmpty ? nil : calls.removeFirst()
  }

  private func startThread() {
    var id = pthread_t()
    let argument = unsafe Unmanaged.passRetained(self).toOpaque()
    let code = unsafe pthread_create(&id, nil, blockingThreadMain, argument)
    precondition(code == 0, "no thread for blocking calls: \(errnoText(code))")
    pthread_detach(id)
  }
}

/// File-level and nonisolated, so that no caller's isolation is checked on the new thread.
private nonisolated func blockingThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  unsafe Unmanaged<BlockingQueue>.fromOpaque(argument).takeRetainedValue().serve()
  return nil
}
