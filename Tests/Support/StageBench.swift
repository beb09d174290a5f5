public import RouterCore

/// Runs one stage without a loop: packets in, a `Recording` out. For the thread that made it.
public final class StageBench {
  public let recording = Recording()
  /// Instant of the next packet's arrival; moved on by the packet's length.
  public var now = Instant(nanoseconds: 1_000_000_000)
  private let format: StreamFormat
  private let branch: Branch
  private var sequence: UInt64 = 0

  /// - Parameter format: Of the packets that go in.
  public init(_ stage: any Stage, format: StreamFormat) {
    self.format = format
    branch = Branch(
      node: "under test", format: format, stage: stage,
      below: [Branch(node: "end", format: format, stage: CollectStage(recording))])
  }

  /// Lends one packet; `frames` follows from the format for PCM.
  @discardableResult
  public func push(_ bytes: [UInt8], frames: Int? = nil, missing: Int = 0) -> Verdict {
    let count = frames ?? bytes.count / format.bytesPerFrame
    let packet = unsafe Packet(
      bytes: bytes.span.bytes, frames: count, sequence: sequence, arrival: now, missing: missing)
    sequence += 1
    now = now + .nanoseconds(Int64(count) * 1_000_000_000 / Int64(format.sampleRate))
    return branch.lend(packet)
  }

  @discardableResult
  public func push(_ samples: [Int16]) -> Verdict { push(samples.pcmBytes) }
  @discardableResult
  public func push(_ samples: [Float]) -> Verdict { push(samples.pcmBytes) }

  public func gap(frames: Int) { branch.stage.gap(frames: frames, branch) }
  public func finish(_ end: StreamEnd = .closed) { branch.finish(end) }
}
