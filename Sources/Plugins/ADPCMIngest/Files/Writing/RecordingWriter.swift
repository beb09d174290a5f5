import RouterCore
import Synchronization

/// The half of a recording that writes: takes packets out of the ring, puts them into files, rotates those.
///
/// Unchecked: made by the node, used by the recorder's thread alone.
final class RecordingWriter: @unchecked Sendable {
  /// What all recordings of a thread use in a turn.
  struct Turn {
    let shared: RecorderShared
    let closer: FileCloser
    let chunk: Chunk
    var settings: RecorderSettings
    var now: Instant
    /// Told when the file system refuses.
    let refused: (SystemError) -> Void
  }

  private let recording: Recording
  private var reader: RingReader
  private var file: OpenFile?
  /// Of the file, with what waits in the chunk; and without it.
  private var facts: Sidecar
  private var written: Sidecar
  /// When the file is to be rotated; nil for never.
  private var due: Instant?
  private var lastArrival = Instant(nanoseconds: 0)
  private var patched = (size: 0, at: Instant(nanoseconds: 0))
  /// The stream is over, and so is its last file.
  private(set) var isOver = false

  init(_ recording: Recording, reader: consuming RingReader) {
    self.recording = recording
    self.reader = reader
    facts = Sidecar(
      stream: recording.stream, startedAt: WallTime(seconds: 0), endedAt: WallTime(seconds: 0), reason: "")
    written = facts
  }

  var hasFile: Bool { file != nil }

  /// Writes what has come, rotates what is due.
  func write(_ turn: Turn) {
    guard !isOver else { return }
    let end = recording.end
    drain(turn)
    if let due, turn.now >= due { finish("rotated", turn) }
    if let file, file.size != patched.size, turn.now - patched.at >= .seconds(1) { patch(file, turn) }
    if let end { self.end(end, turn) }
    release()
  }

  /// Finishes the file that is open; the next packet begins another.
  func finish(_ reason: String, _ turn: Turn) {
    flush(turn)
    due = nil
    guard let done = file else { return }
    file = nil
    turn.shared.counters.open.add(-1)
    written.reason = reason
    written.endedAt = wall(of: lastArrival, turn.now)
    turn.closer.add(
      ClosingFile(file: done, layout: recording.layout, facts: written, hasSidecar: turn.settings.hasSidecars))
  }

  private func end(_ end: StreamEnd, _ turn: Turn) {
    finish(end.rawValue, turn)
    isOver = true
    let unwritten = recording.record.unwritten
    turn.closer.then { unwritten.end() }
  }

  /// A source that was asked to wait may go on.
  private func release() {
    guard recording.isAsking.load(ordering: .sequentiallyConsistent), isOver || reader.fill <= reader.capacity / 2
    else { return }
    recording.isAsking.store(false, ordering: .sequentiallyConsistent)
    recording.record.hold.release()
  }

  // MARK: Packets

  private func drain(_ turn: Turn) {
    while let head = peek() {
      if turn.shared.isDropping.load(ordering: .relaxed) {
        reader.skip(RecordHead.size + head.length)
        turn.shared.counters.notWritten.add(head.frames)
        continue
      }
      if file != nil, isDue(before: head, turn) { finish("rotated", turn) }
      if file == nil, !open(for: head, turn) { continue }
      put(head, turn)
      if turn.chunk.isFull { flush(turn) }
    }
    flush(turn)
  }

  private func peek() -> RecordHead? {
    var words = RecordHead().words
    var span = words.mutableSpan
    var bytes = unsafe span.mutableBytes
    return reader.peek(into: &bytes) ? RecordHead(words) : nil
  }

  private func isDue(before head: RecordHead, _ turn: Turn) -> Bool {
    if let due, head.arrival >= due { return true }
    guard let file, facts.packets > 0 else { return false }
    let size = file.size + turn.chunk.used + head.length + recording.layout.headBytes
    if turn.settings.rotateBytes > 0, size > turn.settings.rotateBytes { return true }
    return size > recording.layout.limit
  }

  private func put(_ head: RecordHead, _ turn: Turn) {
    if head.missing > 0 { skip(head.missing, turn) }
    reader.skip(RecordHead.size)
    if case .frames(let codec, _) = recording.layout {
      let sequence = UInt32(truncatingIfNeeded: head.sequence)
      turn.chunk.put(IngestFrame(codec: codec, sequence: sequence).head(payload: head.length))
    }
    turn.chunk.take(head.length, from: &reader)
    lastArrival = head.arrival
    facts.packets += 1
    facts.frames += head.frames
    facts.firstSequence = facts.firstSequence ?? head.sequence
    facts.lastSequence = head.sequence
  }

  /// Frames are missing: counted, and in files that keep time made silence.
  private func skip(_ missing: Int, _ turn: Turn) {
    facts.gaps += 1
    facts.missingFrames += missing
    guard turn.settings.fillsGaps, facts.packets > 0, let bytes = recording.layout.silence(frames: missing) else {
      return
    }
    facts.frames += missing
    var left = bytes
    while left > 0 {
      let part = min(left, Chunk.goal)
      turn.chunk.putZeros(part)
      left -= part
      if turn.chunk.isFull { flush(turn) }
    }
  }

  // MARK: Files

  private func open(for head: RecordHead, _ turn: Turn) -> Bool {
    let start = wall(of: head.arrival, turn.now)
    do throws(SystemError) {
      file = try OpenFile.create(recording.name, recording.layout, in: turn.settings.directory, at: start)
    } catch {
      reader.skip(RecordHead.size + head.length)
      turn.shared.counters.notWritten.add(head.frames)
      turn.refused(error)
      return false
    }
    turn.shared.counters.open.add()
    facts = Sidecar(stream: recording.stream, startedAt: start, endedAt: start, reason: "")
    written = facts
    lastArrival = head.arrival
    patched = (0, turn.now)
    due = turn.settings.rotateAfter > .zero ? head.arrival + turn.settings.rotateAfter : nil
    turn.chunk.put(recording.layout.start)
    return true
  }

  /// Hands the chunk to the file system. What it does not take is lost, and the file ends before it.
  private func flush(_ turn: Turn) {
    defer { turn.chunk.clear() }
    guard let file, turn.chunk.used > 0 else { return }
    do throws(SystemError) {
      try turn.chunk.write(to: file)
      turn.shared.counters.written.add(turn.chunk.used)
      written = facts
    } catch {
      turn.shared.counters.notWritten.add(facts.frames - written.frames)
      facts = written
      turn.chunk.clear()
      turn.refused(error)
      finish("full", turn)
    }
  }

  private func patch(_ file: OpenFile, _ turn: Turn) {
    patched = (file.size, turn.now)
    guard let start = recording.layout.start(ofSize: file.size) else { return }
    do throws(SystemError) { try file.patch(start) } catch { turn.refused(error) }
  }

  /// The time of day of an instant of the monotonic clock.
  private func wall(of instant: Instant, _ now: Instant) -> WallTime { WallTime.now() - (now - instant) }
}
