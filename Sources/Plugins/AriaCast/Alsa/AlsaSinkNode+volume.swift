internal import RouterCore

/// The loudness of the speaker: wished by events, remembered, told to whoever listens.
extension AlsaSinkNode {
  func receive(_ event: Event, on port: String) async {
    guard !event.isWithdrawn, let wish = event.payload as? VolumeEvent, wish != volume else { return }
    apply(wish)
    await context.store.set(Self.key, to: wish.json)
    await tellVolume()
  }

  /// Takes up the loudness of the last life, or full loudness in the first. An event that came earlier wins.
  func recallVolume() async {
    let remembered = VolumeEvent(remembered: await context.store.value(Self.key))
    if volume == nil { apply(remembered ?? VolumeEvent(percent: 100)) }
  }

  /// Says how loud the speaker is.
  func tellVolume() async {
    if let volume { await context.graph.emit(volume, on: "volumeState") }
  }

  private static let key = "volume"

  private func apply(_ new: VolumeEvent) {
    volume = new
    loudness.gain = VolumeCurve.gain(of: new)
  }
}

extension VolumeEvent {
  /// A loudness as a node's store gives it back; nil if it holds none.
  init?(remembered value: JSON?) {
    guard let percent = value?["percent"]?.double, percent.isFinite else { return nil }
    self.init(percent: percent, isMuted: value?["isMuted"]?.flag ?? false)
  }
}
