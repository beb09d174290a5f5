/// Beginnings and breaks of a voice without clicks.
///
/// A stream starts with its first sample as it is. When it breaks off, its last frame sinks to zero in 5 ms; when it
/// comes back, it rises within 5 ms. Owned by the reader of a voice.
struct VoiceEdge: Sendable {
  /// Frames of a fade.
  let length: Int
  private let channels: Int
  private var last: [Float]
  private var silence = 0
  /// Frames of the rise already heard.
  private var risen: Int
  /// Frames of the fall still to come.
  private var falling = 0

  init(channels: Int, length: Int) {
    self.channels = channels
    self.length = length
    risen = length
    last = [Float](repeating: 0, count: channels)
  }

  /// Sound begins after `silence` frames.
  mutating func begin(after silence: Int) {
    self.silence = silence
    falling = 0
  }

  /// Frames of silence still in front of the sound, at most `limit`.
  mutating func takeSilence(_ limit: Int) -> Int {
    let count = min(silence, limit)
    silence -= count
    return count
  }

  /// The stream broke off: it falls now and rises when it is back.
  mutating func fadeOut() {
    falling = length
    risen = 0
  }

  /// Nothing is to be faded.
  mutating func clear() {
    falling = 0
    risen = length
    silence = 0
    for channel in 0..<channels { last[channel] = 0 }
  }

  /// Sound goes by: it rises after a break, and its last frame is kept.
  mutating func passed(_ samples: inout MutableSpan<Float>) {
    let frames = samples.count / channels
    if frames == 0 { return }
    if risen < length {
      let rising = min(length - risen, frames)
      for frame in 0..<rising {
        let gain = Float(risen + frame + 1) / Float(length + 1)
        for channel in 0..<channels { samples[frame * channels + channel] *= gain }
      }
      risen += rising
    }
    for channel in 0..<channels { last[channel] = samples[(frames - 1) * channels + channel] }
  }

  /// Nothing goes by: adds the fall of the last frame.
  mutating func release(_ samples: inout MutableSpan<Float>) {
    let frames = min(falling, samples.count / channels)
    for frame in 0..<frames {
      let gain = Float(falling - frame) / Float(length + 1)
      for channel in 0..<channels { samples[frame * channels + channel] += last[channel] * gain }
    }
    falling -= frames
  }
}
