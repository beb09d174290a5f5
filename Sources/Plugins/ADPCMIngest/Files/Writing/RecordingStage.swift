import RouterCore
import Synchronization

/// One stream at a recorder: copies packets into the ring of the thread that writes them. Data thread.
final class RecordingStage: Stage {
  private let recording: Recording
  private let recorder: RecorderShared
  private var writer: RingWriter
  /// Below so much room the source is asked to wait.
  private let mark: Int
  private let mayHold: Bool
  private var gaps = GapLedger()
  /// Frames there was no room for since the last packet that was taken.
  private var lost = 0
  private var packets: UInt64 = 0

  /// - Parameter mark: Bytes of room below which the source is asked to wait.
  init(_ recording: Recording, _ recorder: RecorderShared, writer: consuming RingWriter, mark: Int, mayHold: Bool) {
    self.recording = recording
    self.recorder = recorder
    self.writer = writer
    self.mark = mark
    self.mayHold = mayHold
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    recorder.counters.received.add(packet.frames)
    var head = RecordHead()
    head.length = packet.bytes.byteCount
    head.sequence = packet.sequence
    head.arrival = packet.arrival
    head.frames = packet.frames
    head.missing = gaps.untold(before: packet) + told + lost
    told = 0
    let words = head.words
    if unsafe writer.write(words.span.bytes, packet.bytes) {
      lost = 0
    } else {
      lost = head.missing + packet.frames
      recorder.counters.noRoom.add(packet.frames)
    }
    return verdict()
  }

  /// Frames that never came, said by `gap`.
  private var told = 0

  func gap(frames: Int, _ next: Branch) {
    gaps.tell(frames)
    told += frames
  }

  func finish(_ end: StreamEnd, _ next: Branch) {
    recording.end(end)
    recorder.wakeUp.wake()
  }

  /// Full rings hold the source, unless the disk has no room anyway.
  private func verdict() -> Verdict {
    guard mayHold, writer.free < mark, !recorder.isDropping.load(ordering: .relaxed) else { return .go }
    if !recording.isAsking.load(ordering: .relaxed) {
      recording.record.hold.ask()
      recording.isAsking.store(true, ordering: .sequentiallyConsistent)
      recorder.wakeUp.wake()
    }
    return .pause
  }
}
