import RouterCore
import Support

/// The formats every node is tried with: odd channel counts and both sample types.
let triedFormats: [StreamFormat] = [1, 2, 3, 5].flatMap { channels in
  SampleType.allCases.map { StreamFormat(sampleRate: 48_000, channels: channels, sample: $0) }
}

/// A ramp that differs from frame to frame and from channel to channel, as the format's bytes.
func ramp(_ format: StreamFormat, frames: Int, from first: Int = 0) -> [UInt8] {
  let samples = (first..<first + frames).flatMap { frame in
    (0..<format.channels).map { channel in Int16(truncatingIfNeeded: frame * 7 + channel * 1000) }
  }
  return format.sample == .int16 ? samples.pcmBytes : samples.map { Float($0) / 32768 }.pcmBytes
}
