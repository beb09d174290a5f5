import RouterCore

/// One stream of PCM: 16-bit samples go out, and silence where frames were lost, at most a second. Data thread.
final class TCPStreamPCMStage: Stage {
  private let output: TCPStreamOutput
  private var converter: PCMConverter
  /// What one step of conversion makes, or silence.
  private var memory: [UInt8]
  private let silence: [UInt8]
  private let stepFrames: Int

  /// - Parameter converter: To 16 bit, at the same rate and with the same channels.
  init(_ output: TCPStreamOutput, converter: consuming PCMConverter) {
    self.output = output
    stepFrames = max(1, converter.input.sampleRate / 50)
    let size = stepFrames * converter.output.bytesPerFrame
    memory = [UInt8](repeating: 0, count: size)
    silence = [UInt8](repeating: 0, count: size)
    self.converter = converter
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    if converter.isIdentity {
      output.write(packet.bytes)
      return .go
    }
    let step = stepFrames * converter.input.bytesPerFrame
    var place = 0
    while place < packet.bytes.byteCount {
      let end = min(place + step, packet.bytes.byteCount)
      send(convert(packet.bytes.extracting(place..<end)))
      place = end
    }
    return .go
  }

  func gap(frames: Int, _ next: Branch) {
    var rest = min(frames, converter.output.sampleRate)
    let silence = silence
    while rest > 0 {
      let part = min(rest, stepFrames)
      output.write(unsafe silence.span.bytes.extracting(0..<part * converter.output.bytesPerFrame))
      rest -= part
    }
  }

  func finish(_ end: StreamEnd, _ next: Branch) { output.end() }

  /// - Returns: Frames made in `memory`.
  private func convert(_ bytes: RawSpan) -> Int {
    var span = memory.mutableSpan
    var target = unsafe span.mutableBytes
    return converter.convert(bytes, into: &target).made
  }

  private func send(_ frames: Int) {
    if frames == 0 { return }
    let memory = memory
    output.write(unsafe memory.span.bytes.extracting(0..<frames * converter.output.bytesPerFrame))
  }
}
