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
      levels[channel].measure(packet.bytes, as: format.sample, channel: channel, of: format.channels)
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
