/// Makes the blocks of one tone: 16-bit samples, all channels. Confined to a loop; allocates only when made.
struct ToneGenerator {
  /// Frames of every block.
  let frames: Int
  private let channels: Int
  private var oscillator: Oscillator
  private var sweep: Sweep
  private var noises: [Noise]
  private var one: [Float]
  private var all: [Float]
  /// The last block; lend it by `let lent = generator.bytes`.
  private(set) var bytes: [UInt8]
  private var amplitude: Float = 0
  private var waveform: Tone.Waveform

  init(_ format: StreamFormat, frames: Int, _ settings: ToneSettings) {
    self.frames = frames
    channels = format.channels
    oscillator = Oscillator(sampleRate: format.sampleRate)
    sweep = Sweep(sampleRate: format.sampleRate)
    noises = (1...format.channels).map { Noise(seed: UInt64($0)) }
    one = [Float](repeating: 0, count: frames)
    all = [Float](repeating: 0, count: frames * format.channels)
    bytes = [UInt8](repeating: 0, count: frames * format.bytesPerFrame)
    waveform = settings.waveform
    amplitude = settings.amplitude
  }

  /// Makes the next block. A new level is reached at its end; a new waveform begins with the block after, from silence.
  mutating func makeBlock(_ settings: ToneSettings) {
    let wanted = settings.waveform
    let goal = wanted == waveform ? settings.amplitude : 0
    fill(settings.frequencyHz)
    amplify(&all, channels: channels, from: amplitude, to: goal)
    fillBytes(&bytes, from: all, samples: all.count, as: .int16)
    amplitude = goal
    waveform = wanted
  }

  private mutating func fill(_ frequencyHz: Double) {
    switch waveform {
    case .sine:
      oscillator.fill(&one, 0..<frames, frequencyHz: frequencyHz)
      spread(one, into: &all, channels: channels)
    case .sweep:
      sweep.fill(&one)
      spread(one, into: &all, channels: channels)
    case .noise:
      for index in all.indices { all[index] = noises[index % channels].next() }
    case .silence:
      for index in all.indices { all[index] = 0 }
    }
  }
}

/// Multiplies whole blocks by a factor that moves. Data thread; allocates nothing.
func amplify(_ samples: inout [Float], channels: Int, from start: Float, to end: Float) {
  var target = samples.mutableSpan
  applyGain(&target, channels: channels, from: start, to: end)
}

/// The same sample into every channel.
private func spread(_ one: [Float], into all: inout [Float], channels: Int) {
  var target = all.mutableSpan
  for channel in 0..<channels { interleave(one.span, into: &target, channel: channel, of: channels) }
}
