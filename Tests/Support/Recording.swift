public import RouterCore

/// What arrived at the end of one path. Any thread.
public final class Recording: Sendable {
  /// One packet, copied.
  public struct Entry: Sendable, Equatable {
    public var bytes: [UInt8]
    public var frames: Int
    public var sequence: UInt64
    public var arrival: Instant
    public var missing: Int
  }
  private struct State {
    var packets: [Entry] = []
    var gaps: [Int] = []
    var ends: [StreamEnd] = []
    var verdict = Verdict.go
  }
  private let state = PthreadLock(State())

  public init() {}

  public var packets: [Entry] { state.withLock { $0.packets } }
  /// Every `gap(frames:)`, in order.
  public var gaps: [Int] { state.withLock { $0.gaps } }
  /// Every `finish`, in order: one, if all is well.
  public var ends: [StreamEnd] { state.withLock { $0.ends } }
  /// What the stage answers to the next packets.
  public var verdict: Verdict {
    get { state.withLock { $0.verdict } }
    set { state.withLock { $0.verdict = newValue } }
  }
  /// All payloads, one after the other.
  public var bytes: [UInt8] { packets.flatMap(\.bytes) }
  /// All payloads as 16-bit samples.
  public var int16: [Int16] { bytes.int16Samples }
  /// All payloads as floats.
  public var float: [Float] { bytes.floatSamples }
  public var frames: Int { packets.reduce(0) { $0 + $1.frames } }

  /// Forgets what arrived so far.
  public func clear() { state.withLock { $0 = State(verdict: $0.verdict) } }

  func add(_ entry: Entry) -> Verdict {
    defer { Bell.shared.ring() }
    return state.withLock {
      $0.packets.append(entry)
      return $0.verdict
    }
  }
  func add(gap: Int) { state.withLock { $0.gaps.append(gap) } }
  func add(end: StreamEnd) { state.withLock { $0.ends.append(end) } }
}

/// The stage at the end of a path in a test: copies everything into a `Recording`.
///
/// It allocates and locks, which no stage of the product may.
public final class CollectStage: Stage {
  public let recording: Recording
  public init(_ recording: Recording = Recording()) { self.recording = recording }

  public func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    let bytes = unsafe packet.bytes.withUnsafeBytes { unsafe [UInt8]($0) }
    let entry = Recording.Entry(
      bytes: bytes, frames: packet.frames, sequence: packet.sequence, arrival: packet.arrival,
      missing: packet.missing)
    return recording.add(entry).joined(with: next.send(packet))
  }

  public func gap(frames: Int, _ next: Branch) {
    recording.add(gap: frames)
    next.sendGap(frames: frames)
  }

  public func finish(_ end: StreamEnd, _ next: Branch) { recording.add(end: end) }
}
