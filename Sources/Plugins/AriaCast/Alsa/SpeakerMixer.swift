internal import RouterCore

/// How streams that reach one speaker at the same time are combined.
enum Combination: String, OptionValue, CaseIterable { case mix, newest }

/// Makes one period of the card out of all its streams: summed wide, saturated once. Owned by the card's thread.
struct SpeakerMixer: ~Copyable {
  private let table: VoiceTable
  private let tuning: SpeakerTuning
  private let volume: SpeakerVolume
  private let format: CardFormat
  private var loudness: VolumeRamp
  private var sum: [Float]
  private var single: [Float]
  private var bytes: [UInt8]
  /// Streams in the last period, whether they were heard or not.
  private(set) var voices = 0

  init(table: VoiceTable, tuning: SpeakerTuning, volume: SpeakerVolume, format: CardFormat) {
    self.table = table
    self.tuning = tuning
    self.volume = volume
    loudness = VolumeRamp(gain: volume.gain, sampleRate: format.sampleRate)
    self.format = format
    sum = Array(repeating: 0, count: format.periodFrames * format.channels)
    single = sum
    bytes = Array(repeating: 0, count: format.periodFrames * format.bytesPerFrame)
  }

  /// The last period, as the card stores it.
  var period: RawSpan {
    @_lifetime(borrow self) get { unsafe bytes.span.bytes }
  }

  /// Mixes the next period.
  /// - Parameter isLast: Fades it out.
  /// - Returns: true if a stream gave sound.
  mutating func render(at now: Instant, isLast: Bool = false) -> Bool {
    for index in sum.indices { sum[index] = 0 }
    var isHeard = false
    var isTaken = false
    voices = 0
    var limit = Int.max
    let (isMixing, ceiling) = (tuning.combination == .mix, tuning.ceiling)
    while let slot = table.next(below: limit) {
      limit = slot.order
      voices += 1
      slot.limitDelay(to: ceiling)
      let state = isMixing && slot.share == 1 ? add(slot, now) : addShare(slot, isMixing, now, &isTaken)
      if state == .playing { isHeard = true }
    }
    loudness.aim(at: volume.gain)
    loudness.apply(to: &sum, channels: format.channels)
    if isLast { ramp(from: 1, to: 0) }
    Self.store(sum, as: format.encoding, into: &bytes)
    return isHeard
  }

  private mutating func add(_ slot: VoiceSlot, _ now: Instant) -> VoiceState {
    let frames = format.periodFrames
    var target = sum.mutableSpan
    return slot.mix(into: &target, frames: frames, now: now)
  }

  /// The newest stream that has sounded is heard alone; the others run on silently, so that what is heard after it is
  /// of that moment. Who loses his place fades out within a period, who gets it back, or a place of his own, fades in.
  private mutating func addShare(
    _ slot: VoiceSlot, _ isMixing: Bool, _ now: Instant, _ isTaken: inout Bool
  ) -> VoiceState {
    for index in single.indices { single[index] = 0 }
    let frames = format.periodFrames
    var target = single.mutableSpan
    let state = slot.mix(into: &target, frames: frames, now: now)
    let share: Float = isMixing || !isTaken && slot.hasPlayed ? 1 : 0
    if share == 1 { isTaken = true }
    if slot.hasPlayed {
      addSingle(from: slot.share, to: share)
      slot.share = share
    }
    return state
  }

  /// Adds `single` to `sum`, its loudness going in a straight line. Unchanged loudness adds exact samples.
  private mutating func addSingle(from old: Float, to new: Float) {
    if old == 0, new == 0 { return }
    let step = (new - old) / Float(format.periodFrames)
    for frame in 0..<format.periodFrames {
      let gain = old + step * Float(frame)
      for index in frame * format.channels..<(frame + 1) * format.channels { sum[index] += single[index] * gain }
    }
  }

  private static func store(_ samples: [Float], as encoding: CardEncoding, into bytes: inout [UInt8]) {
    var target = bytes.mutableSpan
    var raw = unsafe target.mutableBytes
    writeCardSamples(samples.span, as: encoding, into: &raw)
  }

  private mutating func ramp(from old: Float, to new: Float) {
    let step = (new - old) / Float(format.periodFrames)
    for frame in 0..<format.periodFrames {
      let gain = old + step * Float(frame)
      for index in frame * format.channels..<(frame + 1) * format.channels { sum[index] *= gain }
    }
  }
}
