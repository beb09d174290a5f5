public import RouterCore

/// A stream through one node, pushed by a test. Any thread.
public struct FakeStream: Sendable {
  public let id: StreamID
  public let format: StreamFormat
  /// What the node sends on; nil for a sink.
  public let output: StreamFormat?
  public let offer: StreamOffer
  /// What came out of the node.
  public let recording: Recording
  let loop: Loop

  /// Pushes one packet that arrives now.
  @discardableResult
  public func push(_ bytes: [UInt8], frames: Int? = nil, sequence: UInt64 = 0) async -> Verdict {
    let count = frames ?? bytes.count / format.bytesPerFrame
    return await loop.perform { [id] loop in
      let packet = unsafe Packet(bytes: bytes.span.bytes, frames: count, sequence: sequence, arrival: loop.time.now)
      return loop.source(id)?.push(packet) ?? .close(.disconnected)
    }
  }

  @discardableResult
  public func push(_ samples: [Int16]) async -> Verdict { await push(samples.pcmBytes) }
  @discardableResult
  public func push(_ samples: [Float]) async -> Verdict { await push(samples.pcmBytes) }

  public func gap(frames: Int) async {
    await loop.perform { [id] loop in loop.source(id)?.gap(frames: frames) }
  }

  public func close(_ end: StreamEnd = .closed) async { _ = await loop.close(id, end) }
}
