import RouterCore

/// The data half: what the node does to one stream. No allocation, no lock, no log, no await.
final class ChannelSwapStage: Stage {
  private let sampleBytes: Int
  private let frameBytes: Int
  /// Byte offsets of the two channels in a frame.
  private let first: Int
  private let second: Int
  /// Made beforehand: a tenth of a second. A longer packet is sent on in pieces.
  private var scratch: [UInt8]

  init(_ config: ChannelSwap.Config, _ format: StreamFormat) {
    sampleBytes = format.sample.size
    frameBytes = format.bytesPerFrame
    first = (config.first - 1) * format.sample.size
    second = (config.second - 1) * format.sample.size
    scratch = [UInt8](repeating: 0, count: format.sampleRate / 10 * format.bytesPerFrame)
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    var verdict = Verdict.go
    var offset = 0
    while offset < packet.bytes.byteCount {
      let count = min(scratch.count, packet.bytes.byteCount - offset)
      swap(packet.bytes.extracting(offset..<offset + count))
      let lent = unsafe scratch.span.bytes.extracting(0..<count)
      verdict = verdict.joined(with: next.send(packet.carrying(lent, frames: count / frameBytes)))
      offset += count
    }
    return verdict
  }

  private func swap(_ bytes: RawSpan) {
    for index in 0..<bytes.byteCount { scratch[index] = bytes.u8(index) }
    for frame in stride(from: 0, to: bytes.byteCount, by: frameBytes) {
      for byte in 0..<sampleBytes {
        scratch[frame + first + byte] = bytes.u8(frame + second + byte)
        scratch[frame + second + byte] = bytes.u8(frame + first + byte)
      }
    }
  }
}
