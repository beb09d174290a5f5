internal import CALSA
internal import Glibc
internal import RouterCore

/// The volume control of a sound card, through alsa-lib's simple mixer. Owned by one thread; closed when it goes.
@safe struct HardwareMixer: ~Copyable {
  /// Controls that stand for a card's whole sound, the best first.
  private static let usual = ["Master", "PCM", "Digital", "Speaker", "Headphone", "Line Out"]

  let name: String
  let hasSwitch: Bool
  private let handle: OpaquePointer
  private let element: OpaquePointer
  private let scale: MixerScale
  private var seen = Position(step: 0, isOn: true)

  /// What the control stands at.
  private struct Position: Equatable {
    var step: Int
    var isOn: Bool
  }

  /// Opens the mixer of a card and picks a control.
  ///
  /// - Parameters:
  ///   - card: The mixer's name for alsa-lib: `hw:0`, `default`.
  ///   - wanted: The control's name; nil picks a usual one.
  ///   - known: Receives the names of all controls with a volume.
  /// - Returns: nil without such a mixer or control.
  static func open(_ card: String, wanted: String?, known: inout [String]) -> HardwareMixer? {
    AlsaWords.listen()
    var opened: OpaquePointer?
    guard unsafe snd_mixer_open(&opened, 0) == 0, let handle = unsafe opened else { return nil }
    guard unsafe snd_mixer_attach(handle, card) >= 0, unsafe snd_mixer_selem_register(handle, nil, nil) >= 0,
      unsafe snd_mixer_load(handle) >= 0
    else {
      unsafe snd_mixer_close(handle)
      return nil
    }
    known = unsafe controls(of: handle).map { unsafe $0.name }
    for candidate in wanted.map({ [$0] }) ?? usual {
      guard let found = unsafe controls(of: handle).first(where: { control in unsafe control.name == candidate }) else {
        continue
      }
      return unsafe HardwareMixer(handle, found.element, name: candidate)
    }
    unsafe snd_mixer_close(handle)
    return nil
  }

  private static func controls(of handle: OpaquePointer) -> [(name: String, element: OpaquePointer)] {
    var all: [(name: String, element: OpaquePointer)] = unsafe []
    var next = unsafe snd_mixer_first_elem(handle)
    while let element = unsafe next {
      unsafe next = snd_mixer_elem_next(element)
      guard unsafe snd_mixer_selem_has_playback_volume(element) != 0, unsafe snd_mixer_selem_is_active(element) != 0,
        let name = unsafe snd_mixer_selem_get_name(element)
      else { continue }
      unsafe all.append((String(cString: name), element))
    }
    return unsafe all
  }

  private init(_ handle: OpaquePointer, _ element: OpaquePointer, name: String) {
    unsafe self.handle = handle
    unsafe self.element = element
    self.name = name
    hasSwitch = unsafe snd_mixer_selem_has_playback_switch(element) != 0
    var (low, high) = (0, 0)
    unsafe snd_mixer_selem_get_playback_volume_range(element, &low, &high)
    var (soft, loud) = (0, 0)
    let tells = unsafe snd_mixer_selem_get_playback_dB_range(element, &soft, &loud) >= 0 && soft < loud
    scale = MixerScale(steps: low...max(low, high), decibels: tells ? soft...loud : nil)
    seen = position
  }

  deinit { unsafe snd_mixer_close(handle) }

  /// How loud the control is.
  var volume: VolumeEvent {
    let place = scale.decibels == nil ? .step(seen.step) : decibels(at: seen.step).map(MixerScale.Place.decibels)
    return VolumeEvent(percent: scale.percent(of: place ?? .step(seen.step)), isMuted: !seen.isOn)
  }

  /// Moves the control. Silence comes first and goes last.
  mutating func set(_ volume: VolumeEvent) {
    if hasSwitch, volume.isMuted { _ = unsafe snd_mixer_selem_set_playback_switch_all(element, 0) }
    _ = unsafe snd_mixer_selem_set_playback_volume_all(element, step(at: scale.place(ofPercent: volume.percent)))
    if hasSwitch, !volume.isMuted { _ = unsafe snd_mixer_selem_set_playback_switch_all(element, 1) }
    seen = position
  }

  /// Takes in what happened to the card's controls.
  /// - Returns: The loudness if somebody else moved the control.
  /// - Throws: `CardCode` when the mixer is gone.
  mutating func handleEvents() throws(CardCode) -> VolumeEvent? {
    let code = unsafe snd_mixer_handle_events(handle)
    if code < 0, code != -EAGAIN { throw CardCode(-code) }
    let now = position
    guard now != seen else { return nil }
    seen = now
    return volume
  }

  /// What to poll for ``handleEvents()``.
  var descriptors: [pollfd] {
    let count = max(0, unsafe snd_mixer_poll_descriptors_count(handle))
    var list = [pollfd](repeating: pollfd(), count: Int(count))
    let filled = unsafe snd_mixer_poll_descriptors(handle, &list, UInt32(count))
    return Array(list.prefix(max(0, Int(filled))))
  }

  private var position: Position {
    var step = 0
    var isOn: Int32 = 1
    _ = unsafe snd_mixer_selem_get_playback_volume(element, SND_MIXER_SCHN_FRONT_LEFT, &step)
    if hasSwitch { _ = unsafe snd_mixer_selem_get_playback_switch(element, SND_MIXER_SCHN_FRONT_LEFT, &isOn) }
    return Position(step: step, isOn: isOn != 0)
  }

  private func decibels(at step: Int) -> Int? {
    var value = 0
    return unsafe snd_mixer_selem_ask_playback_vol_dB(element, step, &value) >= 0 ? value : nil
  }

  /// The step nearest to a place: alsa-lib only knows the ones below and above.
  private func step(at place: MixerScale.Place) -> Int {
    let wanted: Int
    switch place {
    case .step(let step): return step
    case .decibels(let value): wanted = value
    }
    var (below, above) = (0, 0)
    guard unsafe snd_mixer_selem_ask_playback_dB_vol(element, wanted, -1, &below) >= 0,
      unsafe snd_mixer_selem_ask_playback_dB_vol(element, wanted, 1, &above) >= 0
    else { return scale.steps.upperBound }
    let (soft, loud) = (decibels(at: below) ?? wanted, decibels(at: above) ?? wanted)
    return abs(soft - wanted) <= abs(loud - wanted) ? below : above
  }
}
