import Support
import Testing

@testable import RouterCore

/// What a packet of 20 ms costs at each node: at most 20 µs for the slowest of a hundred. For a release build on a
/// machine with time to spare; runs when the variable BENCH is set, and prints what it measured.
@Suite(.serialized, .enabled(if: isBenchmarking)) struct NodeCostTests {
  private let stereo = StreamFormat(sampleRate: 48_000, channels: 2)
  private let metrics = NodeMetrics(registry: MetricRegistry(), node: "node")

  /// Times `body` 5,000 times; it is given `packets` packets each time.
  private func measure(_ name: String, packets: Int64 = 1, _ body: (Int) -> Void) {
    var times: [Int64] = []
    for number in 0..<5_000 {
      let start = Instant.now()
      body(number)
      times.append((Instant.now() - start).nanoseconds / packets)
    }
    times.sort()
    let (median, slow) = (times[times.count / 2], times[times.count * 99 / 100])
    print("\(name): median \(median) ns, p99 \(slow) ns")
    #expect(slow <= 20_000, "\(name)")
  }

  private func measure(_ name: String, _ stage: any Stage) {
    let end = Branch(node: "end", format: stereo, stage: NullStage(NullCounts(metrics)))
    let branch = Branch(node: "node", format: stereo, stage: stage, below: [end])
    let bytes = ramp(stereo, frames: 960)
    measure(name) { number in
      let packet = unsafe Packet(
        bytes: bytes.span.bytes, frames: 960, sequence: UInt64(number),
        arrival: Instant(nanoseconds: Int64(number) * 20_000_000))
      _ = branch.lend(packet)
    }
  }

  @Test func `transforms`() throws {
    measure("pass", PassStage())
    measure("gain at unity", GainStage(stereo, LiveNumber(1)))
    measure("gain", GainStage(stereo, LiveNumber(0.5)))
    measure("delay", DelayStage(stereo, frames: 4800))
    let reading = MeterReading(stream: 1, label: "", key: "", channels: 2)
    measure("meter", MeterStage(stereo, reading, MeterInterval(milliseconds: 100)))
    let mono = StreamFormat(sampleRate: 48_000, channels: 1, sample: .float32)
    measure("resample to mono floats", ResampleStage(try PCMConverter(from: stereo, to: mono)))
  }

  @Test(arguments: Tone.Waveform.allCases) func `tone`(waveform: Tone.Waveform) {
    var config = Tone.Config()
    config.waveform = waveform
    var generator = ToneGenerator(stereo, frames: 960, ToneSettings(config))
    let source = StreamSource(id: 1, root: Branch(node: "tone", format: stereo, stage: PassStage()))
    measure("tone \(waveform)") { number in
      _ = generator.push(into: source, number: UInt64(number), at: Instant(nanoseconds: 0))
    }
  }

  /// The senders' clock is fast by `ppm`: at 0 most samples pass as they are, else each one is computed.
  @Test(arguments: [0, 300]) func `mixer of two streams`(ppm: Int64) throws {
    let controls = MixerControls(Mixer.Config())
    var engine = MixerEngine(stereo, frames: 960, controls, metrics)
    var stages: [MixerStage] = []
    for _ in 0..<2 {
      let ends = try Voice.make(
        input: stereo, output: (48_000, 2), settings: JitterSettings(), record: PathRecord(),
        at: Instant(nanoseconds: 0))
      stages.append(MixerStage(ends.writer))
      engine.add(ends.reader, to: controls.input("audio"))
    }
    let source = StreamSource(id: 1, root: Branch(node: "mixer", format: stereo, stage: PassStage()))
    let end = Branch(node: "end", format: stereo, stage: PassStage())
    let bytes = ramp(stereo, frames: 960)
    var due = Instant(nanoseconds: 0)
    measure("mixer of two streams, clocks \(ppm) ppm apart", packets: 2) { number in
      let now = Instant(nanoseconds: Int64(number) * 20_000_000)
      while due <= now {
        let packet = unsafe Packet(bytes: bytes.span.bytes, frames: 960, arrival: due)
        for index in stages.indices { _ = stages[index].receive(packet, end) }
        due = due + .nanoseconds(20_000_000 - 20 * ppm)
      }
      _ = engine.push(into: source, number: UInt64(number), at: now)
    }
  }
}
