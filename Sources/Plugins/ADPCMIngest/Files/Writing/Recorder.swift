import RouterCore
import Synchronization

/// The thread that writes the files of one node, and the one that finishes them.
final class Recorder: Sendable {
  private enum Order: Sendable {
    case take(RecordingWriter)
    case settings(RecorderSettings)
    case rotate(@Sendable (Int) -> Void)
    /// Writes what has come, finishes all files and throws away what comes then.
    case close(String, @Sendable () -> Void)
    case end
  }
  /// Milliseconds between two looks at the rings.
  private static let rhythm: Int32 = 200

  let shared: RecorderShared
  let closer: FileCloser
  private let orders = PthreadLock<[Order]>([])
  private let failure = PthreadLock<SystemError?>(nil)

  /// Starts the threads.
  init(_ name: String, _ counters: RecorderCounters, log: Log) throws(SystemError) {
    shared = try RecorderShared(counters)
    closer = try FileCloser(name, counters, log: log)
    try OwnThread.start("write-\(name)") { self.live() }
  }

  // MARK: From the node

  /// Makes the ring of a stream.
  /// - Parameters:
  ///   - capacity: Bytes of sound that may wait for the disk.
  ///   - largest: Bytes a packet has at most.
  func record(_ recording: Recording, capacity: Int, largest: Int, mayHold: Bool) -> RecordingStage {
    let room = max(capacity, 4 * (largest + RecordHead.size), 32 * 1024)
    let ends = Ring.make(capacity: room)
    recording.record.unwritten.begin()
    order(.take(RecordingWriter(recording, reader: ends.reader)))
    let mark = max(2 * (largest + RecordHead.size), room / 4)
    return RecordingStage(recording, shared, writer: ends.writer, mark: mark, mayHold: mayHold)
  }

  func use(_ settings: RecorderSettings) { order(.settings(settings)) }

  /// What comes is written from now on.
  func open() {
    failure.withLock { $0 = nil }
    shared.isDropping.store(false, ordering: .relaxed)
  }

  /// Begins new files for all streams. - Returns: files that were open.
  func rotate() async -> Int {
    await withCheckedContinuation { done in order(.rotate { done.resume(returning: $0) }) }
  }

  /// Returns when all files are finished; what comes then is thrown away until ``open()``.
  func close(_ reason: String) async {
    await withCheckedContinuation { done in order(.close(reason) { done.resume() }) }
  }

  /// Ends the threads once all streams are over.
  func end() { order(.end) }

  /// What the file system refused; nothing is written since.
  var trouble: SystemError? { failure.withLock { $0 } }

  private func order(_ order: Order) {
    orders.withLock { $0.append(order) }
    shared.wakeUp.wake()
  }

  // MARK: The thread

  private func live() {
    var writers: [RecordingWriter] = []
    var settings = RecorderSettings()
    var isEnding = false
    let chunk = Chunk()
    while !isEnding || !writers.isEmpty {
      shared.wakeUp.sleep(milliseconds: writers.isEmpty ? -1 : Recorder.rhythm)
      let due = orders.withLock { orders in
        defer { orders = [] }
        return orders
      }
      var turn = self.turn(settings, chunk)
      for order in due {
        switch order {
        case .take(let writer): writers.append(writer)
        case .settings(let new):
          settings = new
          turn.settings = new
        case .rotate(let done): done(finish("rotated", writers, turn))
        case .close(let reason, let done):
          _ = finish(reason, writers, turn)
          shared.isDropping.store(true, ordering: .relaxed)
          closer.then(done)
        case .end: isEnding = true
        }
      }
      for writer in writers { writer.write(turn) }
      writers.removeAll { $0.isOver }
    }
    closer.end()
  }

  private func turn(_ settings: RecorderSettings, _ chunk: Chunk) -> RecordingWriter.Turn {
    RecordingWriter.Turn(
      shared: shared, closer: closer, chunk: chunk, settings: settings, now: .now(),
      refused: { [self] error in
        shared.counters.errors.add()
        shared.isDropping.store(true, ordering: .relaxed)
        failure.withLock { $0 = $0 ?? error }
      })
  }

  /// - Returns: files that were open.
  private func finish(_ reason: String, _ writers: [RecordingWriter], _ turn: RecordingWriter.Turn) -> Int {
    for writer in writers { writer.write(turn) }
    let open = writers.count { $0.hasFile }
    for writer in writers { writer.finish(reason, turn) }
    return open
  }
}
