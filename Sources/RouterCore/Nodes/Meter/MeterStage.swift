internal import Synchronization

/// Measures one stream and passes it on as it is. Data thread.
final class MeterStage: Stage {
  private let format: StreamFormat
  private let reading: MeterReading
  private let interval: MeterInterval
  private var levels: [Level]
  private var frames = 0

  init(_ format: StreamFormat, _ reading: MeterReading, _ interval: MeterInterval) {
    self.format = format
    self.reading = reading
    self.interval = interval
    levels = [Level](repeating: Level(), count: format.channels)
  }

  deinit { reading.end() }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    for channel in levels.indices {
      measureChannel(packet.bytes, as: format.sample, channel: channel, of: format.channels, into: &levels[channel])
    }
    frames += packet.wholeFrames(of: format)
    if frames * 1000 >= interval.milliseconds * format.sampleRate { publish() }
    return next.send(packet)
  }

  func finish(_ end: StreamEnd, _ next: Branch) { reading.end() }

  private func publish() {
    for channel in levels.indices {
      reading.set(levels[channel], channel: channel)
      levels[channel] = Level()
    }
    frames = 0
    reading.publish()
  }
}

/// How long each measurement of a meter is. Any thread.
final class MeterInterval: Sendable {
  private let value: Atomic<Int>
  init(milliseconds: Int) { value = Atomic(milliseconds) }

  var milliseconds: Int { value.load(ordering: .relaxed) }
  func set(milliseconds: Int) { value.store(milliseconds, ordering: .relaxed) }
}

/// Adds one channel of interleaved samples to a level. Data thread; allocates nothing.
func measureChannel(_ bytes: RawSpan, as type: SampleType, channel: Int, of channels: Int, into level: inout Level) {
  let frames = bytes.byteCount / (type.size * channels)
  var top: Float = 0
  var sum: Double = 0
  for frame in 0..<frames {
    let index = frame &* channels &+ channel
    let value = type == .int16 ? Float(bytes.i16le(2 &* index)) * (1 / 32768) : bytes.f32le(4 &* index)
    top = max(top, abs(value))
    sum += Double(value * value)
  }
  level.peak = max(level.peak, top)
  level.sumOfSquares += sum
  level.samples += frames
}
