/// The end of a voice that a clock reads from. Owned by one thread at a time. Allocates nothing after its making.
public struct VoiceReader: ~Copyable, Sendable {
  /// What the voice tells about itself. Any thread.
  public let statistics: VoiceStatistics

  private var supply: VoiceSupply
  private var arrivals: RingReader
  private var corrector: DriftCorrector
  private var controller: JitterController
  private var edge: VoiceEdge
  private let work: Slab<Float>
  private var ratio = 1.0
  /// Frames of a fade that still has to leave the corrector, after an underrun or the end.
  private var tail = 0

  init(
    supply: consuming VoiceSupply, arrivals: consuming RingReader, sampleRate: Int, settings: JitterSettings,
    statistics: VoiceStatistics, at: Instant
  ) {
    let input = supply.input.format.sampleRate
    let channels = supply.channels
    controller = JitterController(
      inputRate: input, outputRate: sampleRate,
      lead: DriftCorrector.lead + (input == sampleRate ? 0 : sampleRate / 300), settings: settings, at: at)
    corrector = DriftCorrector(channels: channels)
    edge = VoiceEdge(channels: channels, length: max(1, sampleRate / 200))
    work = Slab(repeating: 0, count: 1024 * channels)
    self.supply = supply
    self.arrivals = arrivals
    self.statistics = statistics
  }

  /// Channels it mixes into.
  public var channels: Int { supply.channels }

  /// Adds the stream's next `frames` frames to `output`, without limit: saturate once, after the last voice.
  ///
  /// Called once for every block of the reader's clock, also while nothing is heard: the voice measures by it. A reader
  /// that stays away for half a second finds a fresh beginning, not old sound.
  ///
  /// - Parameters:
  ///   - output: Interleaved, full scale 1, in the voice's output channels; at least `frames` frames.
  ///   - frames: Frames of this block: the period of the device.
  ///   - now: The clock that stamps packets, at the call.
  public mutating func mix(into output: inout MutableSpan<Float>, frames: Int, now: Instant) -> VoiceState {
    precondition(output.count >= frames * channels, "no room to mix into")
    guard frames > 0 else { return controller.isPlaying ? .playing : .buffering }
    let isFinished = statistics.isFinished
    if statistics.isCut { dropRest() }
    while let arrival = arrivals.readArrival() { controller.arrived(arrival) }
    let look = JitterController.Look(
      consumed: supply.input.consumed - supply.held, fill: supply.input.fill + supply.held, frames: frames, now: now,
      isFinished: isFinished)
    follow(controller.plan(look))
    let state = render(into: &output, frames, isFinished)
    statistics.show(
      fillFrames: supply.input.fill, delay: controller.loop.delay, target: controller.target,
      drift: controller.isPlaying ? ratio - 1 : 0, clock: controller.loop.learned)
    return state
  }

  /// The device ran dry and was started again: the pause is no drift. Nothing is thrown away.
  public mutating func deviceRestarted() { controller.readerRestarted() }

  /// Lets the adaptive delay grow to that much from now on, 20 ms to 2 s; what waits beyond it is cut out as any backlog
  /// is. Costs a comparison when nothing changes.
  public mutating func limitDelay(to ceiling: Duration) { controller.limit(to: ceiling) }

  /// Throws away everything that waits and buffers anew, without a fade: for a device that was closed meanwhile.
  public mutating func reset() {
    dropRest()
    corrector.reset()
    edge.clear()
    tail = 0
    controller.silenced()
  }

  /// Throws away what waits; what sounds is faded out as if it had broken off.
  private mutating func dropRest() {
    supply.input.skip(.max)
    supply.reset()
  }

  private mutating func follow(_ plan: JitterController.Plan) {
    switch plan {
    case .wait: break
    case .clear: reset()
    case .start(let silence, let skip):
      if skip > 0 {
        supply.input.skip(skip)
        statistics.countTrim()
      }
      supply.reset()
      corrector.reset()
      edge.begin(after: silence)
      tail = 0
      ratio = 1
    case .play(let ratio, let trim):
      self.ratio = ratio
      guard trim > 0, supply.input.shorten(by: trim) else { return }
      controller.trimmed(frames: trim)
      statistics.countTrim()
    }
  }

  private mutating func render(into output: inout MutableSpan<Float>, _ frames: Int, _ isFinished: Bool) -> VoiceState {
    let work = work
    var done = 0
    while done < frames, controller.isPlaying || tail > 0 {
      let count = min(frames - done, DriftCorrector.block)
      let needed = corrector.needed(frames: count, ratio: ratio)
      fill(needed, isFinished)
      corrector.append(work.span(0..<needed * supply.channels))
      corrector.mix(frames: count, ratio: ratio, into: &output, at: done)
      done += count
    }
    if controller.isPlaying { return .playing }
    return isFinished && tail <= 0 && supply.input.fill == 0 ? .ended : .buffering
  }

  /// Brings `count` frames into `work`: the start's silence, the stream, and what follows when it stops.
  private mutating func fill(_ count: Int, _ isFinished: Bool) {
    let work = work
    let silent = edge.takeSilence(count)
    clear(from: 0, to: silent)
    var got = 0
    if controller.isPlaying {
      got = supply.pull(count - silent, into: work, at: silent)
      var part = work.mutableSpan(silent * channels..<(silent + got) * channels)
      edge.passed(&part)
    }
    let missing = count - silent - got
    guard missing > 0 else { return }
    if controller.isPlaying { stop(isFinished) }
    clear(from: silent + got, to: count)
    var rest = work.mutableSpan((silent + got) * channels..<count * channels)
    edge.release(&rest)
    tail -= missing
  }

  private mutating func clear(from first: Int, to last: Int) {
    let work = work
    var part = work.mutableSpan(first * channels..<max(first, last) * channels)
    for index in part.indices { part[index] = 0 }
  }

  /// The ring is empty: the end, or an underrun.
  private mutating func stop(_ isFinished: Bool) {
    if isFinished && !statistics.isCut {
      edge.clear()
      controller.silenced()
      tail = DriftCorrector.lead + 1
    } else {
      if !isFinished { statistics.countUnderrun() }
      controller.ranDry()
      edge.fadeOut()
      tail = DriftCorrector.lead + 1 + edge.length
    }
  }
}
