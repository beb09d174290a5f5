internal import Glibc
internal import Synchronization

/// The queue of jobs of one loop, and the thread that runs them.
///
/// Jobs are popped one at a time against a count: `Loop.run` is itself a job that does not return, so a batch taken
/// before it would be lost.
/// Unchecked because of the pointers to mutex and condition: what changes is touched under that mutex.
@safe final class LoopExecutor: SerialExecutor, @unchecked Sendable {
  private let name: String
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  // Under the mutex.
  private var jobs: [UnownedJob] = []
  private var first = 0
  private var waker: (any Waker)?
  private var isEnding = false
  // Read on the loop without it.
  private let pending = Atomic<Int>(0)
  private let thread = Atomic<UInt>(0)

  init(name: String) {
    self.name = name
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

  func setWaker(_ waker: any Waker) {
    unsafe pthread_mutex_lock(mutex)
    self.waker = waker
    unsafe pthread_mutex_unlock(mutex)
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    unsafe pthread_mutex_lock(mutex)
    jobs.append(job)
    pending.add(1, ordering: .releasing)
    let waker = isOnThread ? nil : self.waker
    unsafe pthread_cond_signal(condition)
    unsafe pthread_mutex_unlock(mutex)
    waker?.wake()
  }

  private var isOnThread: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }
  func checkIsolated() { precondition(isOnThread, "not on loop \(name)") }
  func isIsolatingCurrentContext() -> Bool? { isOnThread }

  var hasJobs: Bool { pending.load(ordering: .acquiring) > 0 }

  /// Runs what is queued, at most 256 jobs, so that descriptors are not starved. On the loop.
  func runJobs() {
    var budget = 256
    while budget > 0, hasJobs, let job = take() {
      budget -= 1
      unsafe job.runSynchronously(on: asUnownedSerialExecutor())
    }
  }

  private func take() -> UnownedJob? {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    guard first < jobs.count else { return nil }
    let job = jobs[first]
    first += 1
    if first == jobs.count {
      jobs.removeAll(keepingCapacity: true)
      first = 0
    }
    pending.subtract(1, ordering: .relaxed)
    return job
  }

  // MARK: Thread

  func startThread() {
    var id = pthread_t()
    let argument = unsafe Unmanaged.passRetained(self).toOpaque()
    let code = unsafe pthread_create(&id, nil, loopThreadMain, argument)
    precondition(code == 0, "no thread for loop \(name): \(errnoText(code))")
    pthread_detach(id)
  }

  /// Lets the thread end once nothing is queued. Called when the loop is gone.
  func endThread() {
    unsafe pthread_mutex_lock(mutex)
    isEnding = true
    unsafe pthread_cond_signal(condition)
    unsafe pthread_mutex_unlock(mutex)
  }

  fileprivate func serve() {
    thread.store(UInt(pthread_self()), ordering: .relaxed)
    nameCurrentThread(name)
    while waitForJobs() { runJobs() }
  }

  /// Waits while `Loop.run` is not running: before the start and after the stop.
  private func waitForJobs() -> Bool {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while first == jobs.count, !isEnding { unsafe pthread_cond_wait(condition, mutex) }
    return first < jobs.count
  }
}

/// File-level and nonisolated, so that no caller's isolation is checked on the new thread.
private nonisolated func loopThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  unsafe Unmanaged<LoopExecutor>.fromOpaque(argument).takeRetainedValue().serve()
  return nil
}
