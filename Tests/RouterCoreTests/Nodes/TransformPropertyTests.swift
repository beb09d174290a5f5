import Support
import Testing

@testable import RouterCore

/// What holds for every transform, tried with packets of random sizes: empty ones, parts of frames, large ones.
@Suite struct TransformPropertyTests {
  private static let rounds = 24

  /// Pushes random packets and gaps; returns the whole frames pushed, and the frames of the gaps.
  private func feed(
    _ bench: StageBench, _ format: StreamFormat, _ random: inout SeededGenerator
  ) -> (bytes: [UInt8], gaps: Int) {
    var sent: [UInt8] = []
    var gaps = 0
    for _ in 0..<40 {
      let frames = [0, 1, 7, 240, 960, 4096, 4097].randomElement(using: &random) ?? 0
      let whole = ramp(format, frames: frames, from: Int.random(in: 0...5000, using: &random))
      let partial = [UInt8](repeating: 9, count: Int.random(in: 0..<format.bytesPerFrame, using: &random))
      bench.push(whole + partial, frames: frames)
      sent += whole
      if Int.random(in: 0..<8, using: &random) == 0 {
        let missing = Int.random(in: 1...3000, using: &random)
        bench.gap(frames: missing)
        gaps += missing
      }
    }
    bench.finish()
    return (sent, gaps)
  }

  private func isNumberedInOrder(_ bench: StageBench) -> Bool {
    let numbers = bench.recording.packets.map(\.sequence)
    return zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 }
  }

  @Test func `gain keeps every frame, its order and its number`() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<Self.rounds {
      guard let format = triedFormats.randomElement(using: &random) else { return }
      let bench = StageBench(GainStage(format, LiveNumber(2)), format: format)
      let (sent, gaps) = feed(bench, format, &random)
      #expect(
        bench.recording.packets.filter { $0.frames > 0 }.reduce(0) { $0 + $1.bytes.count / format.bytesPerFrame }
          == sent.count / format.bytesPerFrame)
      #expect(bench.recording.gaps.reduce(0, +) == gaps)
      #expect(isNumberedInOrder(bench))
    }
  }

  @Test func `delay gives back every byte, in order, and no frame is lost or made`() {
    var random = SeededGenerator(seed: 2)
    for _ in 0..<Self.rounds {
      guard let format = triedFormats.randomElement(using: &random) else { return }
      let delay = Int.random(in: 1...6000, using: &random)
      let bench = StageBench(DelayStage(format, frames: delay), format: format)
      let (sent, gaps) = feed(bench, format, &random)
      let told = bench.recording.gaps.reduce(0, +)
      #expect(bench.recording.frames + told == sent.count / format.bytesPerFrame + gaps + delay)
      #expect(isNumberedInOrder(bench))
      #expect(bench.recording.packets.allSatisfy { $0.bytes.count == $0.frames * format.bytesPerFrame })
    }
  }

  @Test func `resample to another type keeps every frame, to another rate the length`() throws {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<Self.rounds / 4 {
      guard let format = triedFormats.randomElement(using: &random) else { return }
      let rate = [8_000, 44_100, 48_000, 96_000].randomElement(using: &random) ?? 48_000
      let output = StreamFormat(sampleRate: rate, channels: 2, sample: .float32)
      let bench = StageBench(ResampleStage(try PCMConverter(from: format, to: output)), format: format)
      let (sent, gaps) = feed(bench, format, &random)
      let seconds = Double(sent.count / format.bytesPerFrame + gaps) / 48_000
      let told = Double(bench.recording.gaps.reduce(0, +) + bench.recording.frames)
      // A frame of rounding at each gap, and at the end.
      #expect(abs(told - seconds * Double(rate)) <= (rate == 48_000 ? 0.5 : 42))
      #expect(isNumberedInOrder(bench))
      #expect(bench.recording.packets.allSatisfy { $0.bytes.count == $0.frames * output.bytesPerFrame })
    }
  }

  @Test func `meter passes every byte`() {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<Self.rounds / 4 {
      guard let format = triedFormats.randomElement(using: &random) else { return }
      let reading = MeterReading(stream: 1, label: "", key: "", channels: format.channels)
      let bench = StageBench(MeterStage(format, reading, MeterInterval(milliseconds: 50)), format: format)
      let (sent, _) = feed(bench, format, &random)
      #expect(bench.recording.packets.flatMap { $0.bytes.prefix($0.frames * format.bytesPerFrame) } == sent)
      #expect(reading.isOver)
    }
  }
}
