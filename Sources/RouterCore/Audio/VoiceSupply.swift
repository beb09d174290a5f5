/// A stream as floats in the reader's rate and channels, as long as its ring gives. Owned by the reader of a voice.
///
/// Channels are dropped before the rate changes and added after it, so that the converter works on the fewest.
struct VoiceSupply: ~Copyable, Sendable {
  var input: VoiceInput
  let channels: Int
  private var rate: RateConverter?
  private let innerChannels: Int
  /// Mapped to the inner channels, not yet converted: the converter takes as much as it likes.
  private let before: Slab<Float>
  private var beforeFrames = 0
  private var beforeUsed = 0
  /// The ring was empty and the tail is on its way out: what comes now waits for a new beginning.
  private var isDrained = false
  /// Converted, still in the inner channels.
  private let after: Slab<Float>

  /// - Parameter rate: Made for the smaller of both channel counts; nil if the rates are equal.
  init(input: consuming VoiceInput, channels: Int, rate: consuming RateConverter?) {
    self.channels = channels
    innerChannels = min(channels, input.format.channels)
    self.input = input
    self.rate = rate
    before = Slab(repeating: 0, count: VoiceInput.block * innerChannels)
    after = Slab(repeating: 0, count: VoiceInput.block * innerChannels)
  }

  /// Frames that left the ring and are not yet in the sound handed on.
  var held: Int { beforeFrames - beforeUsed }

  /// Forgets the sound on its way, not what is in the ring.
  mutating func reset() {
    rate?.reset()
    beforeFrames = 0
    beforeUsed = 0
    isDrained = false
  }

  /// Writes up to `frames` frames into `target` from frame `start` on.
  ///
  /// Less than asked means that the ring is empty and that everything out of it has been handed on.
  mutating func pull(_ frames: Int, into target: Slab<Float>, at start: Int) -> Int {
    var done = 0
    while done < frames {
      let made = rate == nil ? direct(frames - done) : convert(frames - done)
      if made == 0 { break }
      let source = rate == nil ? before : after
      var part = target.mutableSpan((start + done) * channels..<(start + done + made) * channels)
      mapChannels(source.span(0..<made * innerChannels), channels: innerChannels, into: &part, channels: channels)
      done += made
    }
    return done
  }

  /// Brings up to `frames` frames from the ring into `before`.
  private mutating func direct(_ frames: Int) -> Int {
    let count = input.read(min(frames, VoiceInput.block))
    let (samples, before) = (input.samples, before)
    var target = before.mutableSpan(0..<before.count)
    let source = samples.span(0..<count * input.format.channels)
    mapChannels(source, channels: input.format.channels, into: &target, channels: innerChannels)
    return count
  }

  /// Brings up to `frames` converted frames into `after`.
  private mutating func convert(_ frames: Int) -> Int {
    let wanted = min(frames, VoiceInput.block)
    let (before, after) = (before, after)
    while true {
      if !isDrained { isDrained = beforeUsed == beforeFrames && loadBefore(wanted) == 0 }
      let source = before.span(beforeUsed * innerChannels..<beforeFrames * innerChannels)
      var target = after.mutableSpan(0..<wanted * innerChannels)
      let result = rate?.process(source, into: &target, isLast: isDrained) ?? (used: 0, made: 0)
      beforeUsed += result.used
      if result.made > 0 || isDrained || result.used == 0 { return result.made }
    }
  }

  /// Reads what the converter needs for `wanted` frames.
  private mutating func loadBefore(_ wanted: Int) -> Int {
    let step = Double(wanted) / (rate?.ratio ?? 1)
    beforeUsed = 0
    beforeFrames = direct(min(VoiceInput.block, Int(step.rounded(.up))))
    return beforeFrames
  }
}
