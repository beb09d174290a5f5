internal import RouterCore

/// The loudness of the speaker: wished by events, remembered, told to whoever listens.
extension AlsaSinkNode {
  func receive(_ event: Event, on port: String) async {
    guard !event.isWithdrawn, let wish = event.payload as? VolumeEvent, wish != volume else { return }
    mixer?.link.set(wish)
    await take(wish)
  }

  /// Takes up the loudness of the last life. An event that came earlier wins.
  func recallVolume() async {
    let remembered = VolumeEvent(remembered: await context.store.value(Self.key))
    if volume == nil { volume = remembered }
    applyLoudness()
  }

  /// The card is open: its loudness is known by now, or full.
  func settleVolume() async {
    let known = volume ?? VolumeEvent(percent: 100)
    volume = known
    applyLoudness()
    await context.graph.emit(known, on: "volumeState")
  }

  /// Another loudness, from whoever set it.
  func take(_ new: VolumeEvent) async {
    volume = new
    applyLoudness()
    await context.store.set(Self.key, to: new.json)
    await context.graph.emit(new, on: "volumeState")
  }

  /// Sets what is done in software: everything, or with a control on the card only the silence it cannot make.
  func applyLoudness() {
    guard let volume else { return }
    guard let mixer else {
      loudness.gain = VolumeCurve.gain(of: volume)
      return
    }
    let isSilent = volume.percent == 0 || (volume.isMuted && !mixer.hasSwitch)
    loudness.gain = isSilent ? 0 : 1
  }

  private static let key = "volume"
}

extension VolumeEvent {
  /// A loudness as a node's store gives it back; nil if it holds none.
  init?(remembered value: JSON?) {
    guard let percent = value?["percent"]?.double, percent.isFinite else { return nil }
    self.init(percent: percent, isMuted: value?["isMuted"]?.flag ?? false)
  }
}
