import RouterCore

/// Measures the packets of one stream for its ``SenderGauge``. Confined to the stream's loop; allocates nothing.
struct SoundMeter {
  /// Frames of one measurement: 50 ms.
  private let window: Int
  private let format: StreamFormat
  private let gauge: SenderGauge
  private var watch = SoundWatch()
  private var left = Level()
  private var right = Level()

  init(_ format: StreamFormat, _ gauge: SenderGauge) {
    self.format = format
    self.gauge = gauge
    window = format.sampleRate / 20
  }

  mutating func packet(_ packet: Packet) {
    watch.message(packet.bytes, rate: format.sampleRate, at: packet.arrival)
    gauge.note(watch, at: packet.arrival)
    left.measure(packet.bytes, as: format.sample, channel: 0, of: format.channels)
    if format.channels > 1 { right.measure(packet.bytes, as: format.sample, channel: 1, of: format.channels) }
    guard left.samples >= window else { return }
    gauge.show(left: left, right: format.channels > 1 ? right : left)
    left = Level()
    right = Level()
  }

  func end() { gauge.end() }
}
