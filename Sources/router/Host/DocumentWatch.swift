import Glibc
import RouterCore
import RouterWeb
import Synchronization

/// What an editor did to the routes document.
enum DocumentChange: Sendable, Equatable {
  /// Another text than the one that runs.
  case edited([UInt8])
  /// The file holds what runs, again or because the router saved it.
  case current
  /// The file is gone or cannot be read; what runs goes on.
  case unreadable(SystemError)
}

/// Watches the routes document and tells when its text changed, 300 ms after the last write. Editors may write in
/// place, rename over the file or swap a symbolic link anywhere on the way. Nothing is polled: a thread of its own
/// sleeps in the kernel until a name that matters changes.
///
/// Any thread.
final class DocumentWatch: Sendable {
  /// One reader.
  let changes: AsyncStream<DocumentChange>
  private let stopping: StopPipe

  /// Starts watching.
  /// - Throws: `SystemError` if the process or the user has no descriptor or inotify left.
  init(_ store: DocumentStore) throws(SystemError) {
    let (changes, inlet) = AsyncStream.makeStream(of: DocumentChange.self, bufferingPolicy: .bufferingNewest(1))
    let stopping = try StopPipe()
    let worker = DocumentWatcher(store: store, events: try FolderEvents(), stopping: stopping, inlet: inlet)
    self.changes = changes
    self.stopping = stopping
    try worker.start()
  }

  /// Ends the thread and the stream.
  func stop() { stopping.stop() }

  deinit { stopping.stop() }
}

/// A pipe whose closed end wakes the thread for good.
final class StopPipe: Sendable {
  let readEnd: Int32
  private let writeEnd: Atomic<Int32>

  init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw SystemError("pipe", code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    readEnd = ends[0]
    writeEnd = Atomic(ends[1])
  }

  func stop() {
    let end = writeEnd.exchange(-1, ordering: .acquiringAndReleasing)
    if end >= 0 { close(end) }
  }

  deinit {
    stop()
    close(readEnd)
  }
}

/// The watching thread's own.
///
/// Unchecked: made by one thread, handed to the watching one, touched by that alone from then on.
private final class DocumentWatcher: @unchecked Sendable {
  private let store: DocumentStore
  private let events: FolderEvents
  private let stopping: StopPipe
  private let inlet: AsyncStream<DocumentChange>.Continuation
  private var debounce = Debounce()
  private var last = DocumentChange.current
  /// A folder on the way is missing: looked for once a second until it is there.
  private var isComplete = true

  init(
    store: DocumentStore, events: FolderEvents, stopping: StopPipe, inlet: AsyncStream<DocumentChange>.Continuation
  ) {
    self.store = store
    self.events = events
    self.stopping = stopping
    self.inlet = inlet
    isComplete = events.watch(ResolvedPath(store.path).lookups)
  }

  func start() throws(SystemError) {
    var id = pthread_t()
    let argument = unsafe Unmanaged.passRetained(self).toOpaque()
    let code = unsafe pthread_create(&id, nil, documentWatchMain, argument)
    guard code == 0 else {
      unsafe Unmanaged<DocumentWatcher>.fromOpaque(argument).release()
      throw SystemError("pthread_create", code: code)
    }
    pthread_detach(id)
  }

  fileprivate func run() {
    nameCurrentThread("document watch")
    // What was written between reading the document and watching it.
    debounce.happened(at: .now())
    while wait() {
      if events.take() || (!isComplete && debounce.due == nil) { debounce.happened(at: .now()) }
      // A link may lead elsewhere now.
      isComplete = events.watch(ResolvedPath(store.path).lookups)
      if debounce.isOver(at: .now()) { tell() }
    }
    inlet.finish()
  }

  /// - Returns: false when it is over.
  private func wait() -> Bool {
    var watched = [
      pollfd(fd: stopping.readEnd, events: Int16(POLLIN), revents: 0),
      pollfd(fd: events.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    var timeout: Int64 = isComplete ? -1 : 1000
    if let due = debounce.due { timeout = max(0, (due - .now()).nanoseconds / 1_000_000 + 1) }
    _ = unsafe poll(&watched, 2, Int32(clamping: timeout))
    return watched[0].revents == 0
  }

  private func tell() {
    let change = look()
    defer { last = change }
    switch change {
    // Saving a refused text once more is asking once more.
    case .edited: inlet.yield(change)
    case .current, .unreadable: if change != last { inlet.yield(change) }
    }
  }

  private func look() -> DocumentChange {
    do throws(SystemError) {
      let text = try store.load()
      return store.isCurrent(text) ? .current : .edited(text)
    } catch {
      return .unreadable(error)
    }
  }
}

/// File-level and nonisolated, so that no caller's isolation is checked on the new thread.
private nonisolated func documentWatchMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  unsafe Unmanaged<DocumentWatcher>.fromOpaque(argument).takeRetainedValue().run()
  return nil
}
