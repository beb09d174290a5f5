/// Makes the blocks of one tone: 16-bit samples, all channels. Confined to a loop; allocates only when made.
struct ToneGenerator: ~Copyable {
  /// Frames of every block.
  let frames: Int
  /// The last block.
  let bytes: Slab<UInt8>
  private let settings: ToneSettings
  private let channels: Int
  private let one: Slab<Float>
  private let all: Slab<Float>
  private var oscillator: Oscillator
  private var sweep: Sweep
  private var noises: [Noise]
  private var amplitude: Float
  private var waveform: Tone.Waveform

  init(_ format: StreamFormat, frames: Int, _ settings: ToneSettings) {
    self.frames = frames
    self.settings = settings
    channels = format.channels
    bytes = Slab(repeating: 0, count: frames * format.bytesPerFrame)
    one = Slab(repeating: 0, count: frames)
    all = Slab(repeating: 0, count: frames * format.channels)
    oscillator = Oscillator(sampleRate: format.sampleRate)
    sweep = Sweep(sampleRate: format.sampleRate)
    noises = (1...format.channels).map { Noise(seed: UInt64($0)) }
    waveform = settings.waveform
    amplitude = settings.amplitude
  }

  /// Makes the next block and lends it. Data thread.
  /// - Returns: False when the path wants no more.
  mutating func push(into source: StreamSource, number: UInt64, at now: Instant) -> Bool {
    makeBlock()
    let lent = bytes.span(0..<bytes.count)
    if case .close = source.push(
      Packet(bytes: unsafe lent.bytes, frames: frames, sequence: number, arrival: now))
    {
      return false
    }
    return true
  }

  /// Makes the next block. A new level is reached at its end; a new waveform begins with the block after, from silence.
  mutating func makeBlock() {
    let wanted = settings.waveform
    let goal = wanted == waveform ? settings.amplitude : 0
    fill(settings.frequencyHz)
    var samples = all.mutableSpan(0..<all.count)
    applyGain(&samples, channels: channels, from: amplitude, to: goal)
    var target = bytes.bytes(bytes.count)
    convertFromFloat(samples.span, to: .int16, into: &target)
    amplitude = goal
    waveform = wanted
  }

  private mutating func fill(_ frequencyHz: Double) {
    let (one, all) = (one, all)
    var mono = one.mutableSpan(0..<frames)
    var target = all.mutableSpan(0..<all.count)
    switch waveform {
    case .sine: oscillator.fill(&mono, 0..<frames, frequencyHz: frequencyHz)
    case .sweep: sweep.fill(&mono)
    case .noise:
      for index in target.indices { target[index] = noises[index % channels].next() }
      return
    case .silence:
      for index in target.indices { target[index] = 0 }
      return
    }
    for channel in 0..<channels { interleave(mono.span, into: &target, channel: channel, of: channels) }
  }
}
