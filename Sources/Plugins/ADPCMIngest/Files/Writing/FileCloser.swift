internal import Glibc
import RouterCore
import Synchronization

/// A file that gets no more packets.
struct ClosingFile: Sendable {
  let file: OpenFile
  let layout: FileLayout
  let facts: Sidecar
  let hasSidecar: Bool
}

/// Finishes files on a thread of its own: sizes, disk, sidecar. So that a slow disk delays no packet.
final class FileCloser: Sendable {
  private enum Job: Sendable {
    case finish(ClosingFile)
    case call(@Sendable () -> Void)
    case end
  }
  /// So many files wait for the disk together.
  private static let crowd = 8

  private let jobs = PthreadLock<[Job]>([])
  private let finished = PthreadLock<[FileEvent]>([])
  private let wakeUp: WakePipe
  private let counters: RecorderCounters
  private let log: Log

  /// Starts the thread.
  init(_ name: String, _ counters: RecorderCounters, log: Log) throws(SystemError) {
    self.counters = counters
    self.log = log
    wakeUp = try WakePipe()
    try OwnThread.start("close-\(name)") { self.live() }
  }

  func add(_ file: ClosingFile) { add(.finish(file)) }

  /// Calls `body` when the files added before are finished.
  func then(_ body: @escaping @Sendable () -> Void) { add(.call(body)) }

  /// Ends the thread after what was added before.
  func end() { add(.end) }

  private func add(_ job: Job) {
    jobs.withLock { $0.append(job) }
    wakeUp.wake()
  }

  /// Files finished since the last time.
  func takeFinished() -> [FileEvent] {
    finished.withLock { list in
      defer { list = [] }
      return list
    }
  }

  private func live() {
    while true {
      let batch = jobs.withLock { jobs in
        defer { jobs = [] }
        return jobs
      }
      if batch.isEmpty {
        wakeUp.sleep(milliseconds: -1)
        continue
      }
      if work(batch) { return }
    }
  }

  /// - Returns: whether that was the end.
  private func work(_ batch: [Job]) -> Bool {
    let files = batch.compactMap { if case .finish(let file) = $0, !file.isEmpty { file } else { nil } }
    for file in files { attempt { () throws(SystemError) in try file.patch() } }
    if files.count > FileCloser.crowd {
      attempt { () throws(SystemError) in try files[0].file.syncAll() }
    } else {
      for file in files { attempt { () throws(SystemError) in try file.file.sync() } }
    }
    for job in batch {
      switch job {
      case .finish(let file): finish(file)
      case .call(let body): body()
      case .end: return true
      }
    }
    return false
  }

  private func finish(_ closing: ClosingFile) {
    let path = closing.file.path
    if closing.isEmpty { return attempt { () throws(SystemError) in try Folder.delete(path) } }
    counters.files.add()
    counters.durable.add(closing.file.size)
    if closing.hasSidecar {
      attempt { () throws(SystemError) in try Folder.write(closing.sidecar.pretty() + "\n", to: path + ".json") }
    }
    finished.withLock { $0.append(closing.event) }
  }

  private func attempt(_ body: () throws(SystemError) -> Void) {
    do throws(SystemError) { try body() } catch {
      counters.errors.add()
      log.error("a file could not be finished", ("error", "\(error)"))
    }
  }
}

extension ClosingFile {
  /// Nothing came that could be written.
  var isEmpty: Bool { facts.packets == 0 }

  /// Puts the sizes in, now that they are known.
  func patch() throws(SystemError) {
    if let start = layout.start(ofSize: file.size) { try file.patch(start) }
  }

  var sidecar: JSON {
    let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
    return facts.json(file: name, size: file.size, content: layout.content)
  }

  var event: FileEvent {
    FileEvent(
      path: file.path, size: file.size, content: layout.content, label: facts.stream.label,
      startedAt: facts.startedAt.iso8601, seconds: facts.seconds, reason: facts.reason)
  }
}

extension OpenFile {
  /// Makes the first file whose name is free.
  static func create(
    _ name: RecordingName, _ layout: FileLayout, in directory: String, at start: WallTime
  ) throws(SystemError) -> OpenFile {
    let folder = name.folder.map { "\(directory)/\($0)" } ?? directory
    var number = 1
    while true {
      do throws(SystemError) {
        return try OpenFile(creating: "\(folder)/\(name.base(start, number: number)).\(layout.ending)")
      } catch {
        guard error.code == EEXIST, number < 10_000 else { throw error }
        number += 1
      }
    }
  }
}
