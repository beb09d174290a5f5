/// A delay line that is read at a rate near 1, by windowed sinc: what brings two clocks together.
///
/// 32 taps by 256 phases, in between linear. At ratio 1 it is the identity, bit for bit; it looks ahead
/// ``lead`` frames. Interleaved in, interleaved out. Owned by one thread at a time.
struct DriftCorrector: ~Copyable, Sendable {
  /// Input frames taken before the frame they surround can leave.
  static let lead = 18
  /// Frames one call may produce.
  static let block = 512
  /// Ratios the memory is made for.
  static let ratios = 0.95...1.05
  /// Largest change of speed while going home to whole frames: 200 ppm, unheard.
  private static let homing = 0.0002

  static let taps = 32
  private static let one: UInt64 = 1 << 32
  private static let capacity = 1024

  let channels: Int
  private let table: SincTable
  /// Planar: `capacity` frames a channel.
  private let history: Slab<Float>
  private var filled = 0
  /// Where to read, as 32.32 frames from the start of the history.
  private var phase: UInt64 = 0
  private var step: UInt64 = Self.one

  /// Control side: allocates all it needs.
  init(channels: Int) {
    precondition(channels > 0, "a frame has at least one channel")
    self.channels = channels
    table = SincTable.shared
    history = Slab(repeating: 0, count: channels * Self.capacity)
    reset()
  }

  /// True while samples pass bit for bit.
  var isIdentity: Bool { phase == 0 && step == Self.one }

  /// Forgets all sound and is the identity again.
  mutating func reset() {
    let before = Self.taps / 2 - 1
    let history = history
    for channel in 0..<channels {
      let base = channel * Self.capacity
      var part = history.mutableSpan(base..<base + before)
      for index in 0..<before { part[index] = 0 }
    }
    filled = before
    phase = 0
    step = Self.one
  }

  /// Input frames that must be appended before `frames` can be produced at `ratio`.
  func needed(frames: Int, ratio: Double) -> Int {
    let fastest = max(Self.fixed(ratio), step, Self.one)
    let homing = UInt64(Double(frames) * Self.homing * Double(Self.one))
    let last = (phase &+ UInt64(frames) &* fastest &+ homing) >> 32
    return max(0, Int(last) + Self.taps + 1 - filled)
  }

  /// Takes `input`, interleaved; at most what ``needed(frames:ratio:)`` asked for.
  mutating func append(_ input: Span<Float>) {
    let frames = input.count / channels
    precondition(filled + frames <= Self.capacity, "more than was asked for")
    let place = filled
    filled += frames
    let history = history
    var all = history.mutableSpan(0..<history.count)
    for channel in 0..<channels {
      let base = channel &* Self.capacity &+ place
      for frame in 0..<frames {
        unsafe all[unchecked: base &+ frame] = input[unchecked: frame &* channels &+ channel]
      }
    }
  }

  /// Produces `frames` and adds them to `output`. The speed moves to `ratio` in a straight line over the block.
  ///
  /// At ratio 1 it first goes home to whole frames, at most 200 ppm fast or slow, and is the identity from then on.
  /// - Parameters:
  ///   - frames: At most ``block``; what ``needed(frames:ratio:)`` asks for was appended.
  ///   - output: Interleaved; written from frame `start` on.
  mutating func mix(frames: Int, ratio: Double, into output: inout MutableSpan<Float>, at start: Int) {
    guard frames > 0 else { return }
    precondition(output.count >= (start + frames) * channels, "no room to mix into")
    let target = Self.fixed(ratio)
    if target == Self.one && step == Self.one {
      if phase != 0 { glideHome(frames, into: &output, start) } else { copy(frames, into: &output, start) }
    } else {
      glide(frames, to: target, into: &output, start)
    }
    let used = Int(phase >> 32)
    phase &= 0xFFFF_FFFF
    drop(used)
  }

  private static func fixed(_ ratio: Double) -> UInt64 {
    UInt64(min(max(ratio, ratios.lowerBound), ratios.upperBound) * Double(one))
  }

  private mutating func copy(_ frames: Int, into output: inout MutableSpan<Float>, _ start: Int) {
    let centre = Self.taps / 2 - 1
    precondition(filled >= frames + centre, "frames are missing")
    let history = history
    let all = history.span(0..<history.count)
    for channel in 0..<channels {
      let base = channel &* Self.capacity &+ centre
      for frame in 0..<frames {
        unsafe output[unchecked: (start &+ frame) &* channels &+ channel] += all[unchecked: base &+ frame]
      }
    }
    phase = UInt64(frames) << 32
  }

  private mutating func glide(_ frames: Int, to target: UInt64, into output: inout MutableSpan<Float>, _ start: Int) {
    let delta = (Int64(bitPattern: target) - Int64(bitPattern: step)) / Int64(frames)
    var speed = Int64(bitPattern: step)
    let history = history
    let bytes = unsafe history.span(0..<history.count).bytes
    for frame in 0..<frames {
      interpolate(bytes, into: &output, start + frame)
      speed = frame == frames - 1 ? Int64(bitPattern: target) : speed + delta
      phase &+= UInt64(bitPattern: speed)
    }
    step = target
  }

  /// Moves the phase towards the nearest whole frame and lands on it exactly.
  private mutating func glideHome(_ frames: Int, into output: inout MutableSpan<Float>, _ start: Int) {
    let fraction = Int64(phase & 0xFFFF_FFFF)
    let way = fraction < Int64(Self.one / 2) ? -fraction : Int64(Self.one) - fraction
    let most = Int64(Double(frames) * Self.homing * Double(Self.one))
    let goes = min(max(way, -most), most)
    let end = UInt64(Int64(phase) + Int64(frames) * Int64(Self.one) + goes)
    let speed = UInt64(Int64(Self.one) + goes / Int64(frames))
    let history = history
    let bytes = unsafe history.span(0..<history.count).bytes
    for frame in 0..<frames {
      interpolate(bytes, into: &output, start + frame)
      phase &+= speed
    }
    phase = end
  }

  /// One frame at the phase, added to frame `place` of the output, which has room for it.
  @inline(__always)
  private func interpolate(_ history: RawSpan, into output: inout MutableSpan<Float>, _ place: Int) {
    let first = Int(phase >> 32)
    precondition(first + Self.taps <= filled, "frames are missing")
    let row = table.row(at: UInt32(truncatingIfNeeded: phase))
    for channel in 0..<channels {
      let sum = row.sum(of: history, at: 4 &* (channel &* Self.capacity &+ first))
      unsafe output[unchecked: place &* channels &+ channel] += sum
    }
  }

  /// Forgets what lies before the phase.
  private mutating func drop(_ used: Int) {
    let left = max(0, filled - used)
    filled = left
    let history = history
    var all = history.mutableSpan(0..<history.count)
    for channel in 0..<channels {
      let base = channel &* Self.capacity
      for index in base..<base &+ left {
        unsafe all[unchecked: index] = all[unchecked: index &+ used]
      }
    }
  }
}
