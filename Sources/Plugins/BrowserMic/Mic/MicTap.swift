import RouterCore

/// Measures a stream and lends it to listeners. Confined to the connection's loop.
struct MicTap {
  private let sound: MicSound
  private let format: StreamFormat
  private var generation = -1
  private var feed: (any LiveFeed)?
  private var left = Level()
  private var right = Level()

  init(_ sound: MicSound, _ format: StreamFormat) {
    self.sound = sound
    self.format = format
  }

  /// Data thread.
  mutating func lend(_ pcm: RawSpan) {
    let current = sound.current
    if current != generation {
      generation = current
      feed = sound.listeners
    }
    feed?.write(pcm)
    if format.channels == 1 {
      left.measure(pcm, as: .int16)
    } else {
      left.measure(pcm, as: .int16, channel: 0, of: 2)
      right.measure(pcm, as: .int16, channel: 1, of: 2)
    }
    guard left.samples >= format.sampleRate / 10 else { return }
    sound.publish(left, right)
    (left, right) = (Level(), Level())
  }
}
