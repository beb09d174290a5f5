/// The mixer at work: voices in, one block of sound out. Confined to the mixer's loop.
///
/// Sums wide and saturates once, so the order of inputs does not matter.
struct MixerEngine: ~Copyable {
  private let format: StreamFormat
  private let frames: Int
  private let controls: MixerControls
  private var buses: [MixerBus] = []
  private let sum: Slab<Float>
  /// The last block.
  private let bytes: Slab<UInt8>
  private var ducker = Ducker()
  private let voices: Metric
  private let reduction: Metric

  init(_ format: StreamFormat, frames: Int, _ controls: MixerControls, _ metrics: NodeMetrics) {
    self.format = format
    self.frames = frames
    self.controls = controls
    sum = Slab(repeating: 0, count: frames * format.channels)
    bytes = Slab(repeating: 0, count: frames * format.bytesPerFrame)
    voices = metrics.gauge("router_mixer_voices", "Streams that are mixed now")
    reduction = metrics.gauge(
      "router_mixer_ducking_decibels", "How far inputs without priority are lowered now", scale: 0.001)
  }

  /// Takes a stream in at an input. A job of the loop, not the data path.
  mutating func add(_ reader: consuming VoiceReader, to input: MixerControls.Input) {
    buses.removeAll { $0.voices == 0 && !controls.has($0.controls) }
    if let bus = buses.first(where: { $0.controls === input }) { return bus.add(reader) }
    let bus = MixerBus(input, frames: frames, channels: format.channels)
    bus.add(reader)
    buses.append(bus)
  }

  /// Makes the next block and lends it. Data thread.
  /// - Returns: False when the path wants no more.
  mutating func push(into source: StreamSource, number: UInt64, at now: Instant) -> Bool {
    mixBlock(at: now)
    let lent = bytes.span(0..<bytes.count)
    if case .close = source.push(Packet(bytes: unsafe lent.bytes, frames: frames, sequence: number, arrival: now)) {
      return false
    }
    return true
  }

  private mutating func mixBlock(at now: Instant) {
    for index in buses.indices { buses[index].render(at: now) }
    duck()
    var target = sum.mutableSpan(0..<sum.count)
    for index in target.indices { target[index] = 0 }
    var count = 0
    for index in buses.indices {
      buses[index].mix(into: &target, channels: format.channels, duck: ducker.factor)
      count += buses[index].voices
    }
    var out = bytes.bytes(bytes.count)
    convertFromFloat(target.span, to: format.sample, into: &out)
    voices.set(count)
    reduction.set(Int(ducker.reductionDb * 1000))
  }

  private mutating func duck() {
    let seconds = Float(frames) / Float(format.sampleRate)
    var wanted: Float = 0
    for index in buses.indices {
      wanted = max(
        wanted,
        buses[index].wantedDuckDb(threshold: controls.threshold.value, hold: controls.hold.value, seconds: seconds))
    }
    ducker.advance(
      toward: wanted, seconds: seconds, attack: controls.attack.value, release: controls.release.value)
  }
}
