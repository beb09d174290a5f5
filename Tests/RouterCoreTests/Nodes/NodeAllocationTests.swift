import CAllocationCounter
import Support
import Testing

@testable import RouterCore

/// The end of a path: notes how often its thread has asked the heap for memory, packet by packet.
private final class CountStage: Stage {
  private(set) var counts: [UInt64] = []
  init() { counts.reserveCapacity(10_000) }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    counts.append(allocation_count())
    return .go
  }
}

@Suite(.enabled(if: countsAllocations)) struct NodeAllocationTests {
  private let metrics = NodeMetrics(registry: MetricRegistry(), node: "node")

  /// Allocations of `packets` packets of 20 ms after as many, through one stage into a counter.
  private func count(_ stage: any Stage, _ format: StreamFormat, packets: Int = 200) -> UInt64 {
    let branch = Branch(
      node: "node", format: format, stage: stage, below: [Branch(node: "end", format: format, stage: CountStage())])
    let bytes = ramp(format, frames: format.sampleRate / 50)
    func lend(_ numbers: Range<Int>) {
      for number in numbers {
        let packet = unsafe Packet(
          bytes: bytes.span.bytes, frames: format.sampleRate / 50, sequence: UInt64(number),
          arrival: Instant(nanoseconds: Int64(number) * 20_000_000))
        _ = branch.lend(packet)
      }
      branch.stage.gap(frames: 100, branch)
    }
    // The runtime makes its own tables when a path is gone for the first time.
    lend(0..<packets)
    return allocations { lend(packets..<2 * packets) }
  }

  @Test(arguments: triedFormats) func `gain, delay, meter and null allocate nothing for a packet`(
    format: StreamFormat
  ) {
    let factor = LiveNumber(0.5)
    let gain = GainStage(format, factor)
    factor.set(2)
    #expect(count(gain, format) == 0)
    #expect(count(GainStage(format, LiveNumber(1)), format) == 0)
    #expect(count(DelayStage(format, frames: 1000), format) == 0)
    let reading = MeterReading(stream: 1, label: "", key: "", channels: format.channels)
    #expect(count(MeterStage(format, reading, MeterInterval(milliseconds: 50)), format) == 0)
    #expect(reading.measurements > 50)
    #expect(count(NullStage(NullCounts(metrics)), format) == 0)
  }

  @Test(arguments: [(44_100, 1), (48_000, 2), (96_000, 5)]) func `resample allocates nothing for a packet`(
    rate: Int, channels: Int
  ) throws {
    let format = StreamFormat(sampleRate: rate, channels: channels)
    let output = StreamFormat(sampleRate: 32_000, channels: 2, sample: .float32)
    #expect(count(ResampleStage(try PCMConverter(from: format, to: output)), format) == 0)
  }

  @Test(arguments: Tone.Waveform.allCases) func `a tone allocates nothing for a block`(waveform: Tone.Waveform) {
    var config = Tone.Config()
    config.waveform = waveform
    var generator = ToneGenerator(config.format, frames: 960, ToneSettings(config))
    let source = StreamSource(id: 1, root: Branch(node: "tone", format: config.format, stage: PassStage()))
    func play() {
      for number in 0..<100 {
        _ = generator.push(into: source, number: UInt64(number), at: Instant(nanoseconds: 0))
      }
    }
    play()
    #expect(allocations { play() } == 0)
  }

  @Test func `a mixer allocates nothing for a block, with three streams and ducking`() throws {
    // The first time the runtime makes its own tables.
    _ = try allocationsOfMixer()
    #expect(try allocationsOfMixer() == 0)
  }

  /// Allocations of 200 blocks of a mixer of its own.
  private func allocationsOfMixer() throws -> UInt64 {
    var config = Mixer.Config()
    var voice = MixerInput()
    voice.priority = true
    config.inputs = OptionMap([.init("music", MixerInput()), .init("voice", voice)])
    let controls = MixerControls(config)
    var engine = MixerEngine(config.format, frames: 960, controls, metrics)
    let formats = [(48_000, 2), (44_100, 1), (16_000, 1)].map { StreamFormat(sampleRate: $0, channels: $1) }
    var stages: [MixerStage] = []
    for (index, format) in formats.enumerated() {
      let ends = try Voice.make(
        input: format, output: (48_000, 2), settings: JitterSettings(), record: PathRecord(),
        at: Instant(nanoseconds: 0))
      stages.append(MixerStage(ends.writer))
      engine.add(ends.reader, to: controls.input(index == 2 ? "voice" : "music"))
    }
    let packets = formats.map { ramp($0, frames: $0.sampleRate / 50) }
    let source = StreamSource(id: 1, root: Branch(node: "mixer", format: config.format, stage: PassStage()))
    let end = Branch(node: "end", format: config.format, stage: PassStage())
    func turn(_ number: Int) {
      let now = Instant(nanoseconds: Int64(number) * 20_000_000)
      for index in stages.indices {
        let bytes = packets[index]
        let packet = unsafe Packet(
          bytes: bytes.span.bytes, frames: formats[index].sampleRate / 50, arrival: now)
        _ = stages[index].receive(packet, end)
      }
      _ = engine.push(into: source, number: UInt64(number), at: now)
    }
    for number in 0..<20 { turn(number) }
    return allocations { for number in 20..<220 { turn(number) } }
  }

  @Test func `the timer of a running source allocates nothing between blocks`() async throws {
    let host = try FakeHost()
    let stream = host.graph.nextStreamID()
    let format = StreamFormat(sampleRate: 48_000, channels: 2)
    await host.loop.open(
      stream,
      Branch(
        node: "source", format: format, stage: PassStage(),
        below: [Branch(node: "end", format: format, stage: CountStage())]))
    let counts = PthreadLock<[UInt64]>([])
    let settings = ToneSettings(Tone.Config())
    let generator = OnLoop(
      ToneGenerator(format, frames: 960, settings), on: host.loop)
    let last = OnLoop([UInt64](repeating: 0, count: 4), on: host.loop)
    await host.loop.perform { loop in
      BlockPacer.start(BlockClock(sampleRate: 48_000, start: loop.time.now), on: loop) { number, loop in
        guard let source = loop.source(stream) else { return false }
        let goesOn = generator.with(loop) { $0.push(into: source, number: number, at: loop.time.now) }
        last.with(loop) { $0[Int(number % 4)] = allocation_count() }
        return goesOn
      }
    }
    await host.settle()
    await host.advance(by: .milliseconds(40))
    // Four blocks in one turn of the timer: numbers 3 to 6.
    await host.advance(by: .milliseconds(80))
    await host.loop.perform { loop in
      let seen = last.with(loop) { $0 }
      counts.withLock { $0 = [seen[3], seen[0], seen[1], seen[2]] }
    }
    let seen = counts.withLock { $0 }
    #expect(Set(seen).count == 1 && seen != [0, 0, 0, 0])
    await host.stop()
  }
}
