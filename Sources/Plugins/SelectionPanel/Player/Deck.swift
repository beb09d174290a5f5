import RouterCore

/// Plays one tape at a time, block by block; what was played before fades out below it. Confined to a loop; allocates only
/// when made.
struct Deck: ~Copyable {
  /// What a block has brought.
  enum News: Sendable, Equatable {
    case playing
    /// It plays, but so many frames were not read in time and are silent.
    case late(frames: Int)
    /// The tape's last frame was in the block before: its sound is over as this one begins.
    case ended(play: Int?, slot: Int)
    /// Nothing plays.
    case silent
    /// Nothing has played for as long as a stream lingers; the deck takes no more tapes.
    case over
  }

  let frames: Int
  private let channels: Int
  private let fadeFrames: Int
  private var current: Tape?
  private var fading: Tape?
  /// The tape whose last frame was in the last block.
  private var done: Tape?
  /// Frames of the fade that are left.
  private var fadeLeft = 0
  private var block: [UInt8]
  private var below: [UInt8]
  /// Silent blocks that are left until the stream is over; and as many as there are after a sound.
  private var patience: Int
  private let linger: Int
  private var hasBegun = false

  /// - Parameters:
  ///   - frames: Of a block.
  ///   - fade: Length of a fade in frames.
  ///   - linger: Silent blocks after a sound until the stream is over.
  init(_ format: StreamFormat, frames: Int, fade: Int, linger: Int) {
    self.frames = frames
    self.linger = linger
    patience = linger
    channels = format.channels
    fadeFrames = fade
    block = [UInt8](repeating: 0, count: frames * format.bytesPerFrame)
    below = block
  }

  /// Begins with the next block; what plays fades out below.
  /// - Returns: false: the stream is over.
  mutating func play(_ tape: Tape) -> Bool {
    guard patience >= 0 else { return false }
    stop()
    current = tape
    patience = linger
    return true
  }

  /// - Returns: whether this is the first call.
  mutating func begin() -> Bool {
    defer { hasBegun = true }
    return !hasBegun
  }

  /// Lets go of everything.
  /// - Returns: what was played.
  mutating func drop() -> (play: Int?, slot: Int)? {
    let old = current ?? done
    for tape in [current, fading].compactMap({ $0 }) { tape.drop() }
    (current, fading, done, patience) = (nil, nil, nil, -1)
    return old.map { ($0.play, $0.slot) }
  }

  /// Fades out what plays.
  mutating func stop() {
    guard let old = current else { return }
    current = nil
    fading?.drop()
    fading = fadeFrames > 0 ? old : nil
    fadeLeft = fadeFrames
    if fading == nil { old.drop() }
  }

  /// Makes the next block and lends it. Data thread.
  /// - Parameter use: What is done with the block.
  mutating func next(_ use: (RawSpan) -> Void) -> News {
    let over = done
    done = nil
    let news = fill()
    mixFade()
    let samples = block.span
    use(unsafe samples.bytes)
    return over.map { .ended(play: $0.play, slot: $0.slot) } ?? news
  }

  private mutating func fill() -> News {
    guard let tape = current else {
      silence(from: 0)
      guard fading == nil else { return .playing }
      patience -= 1
      return patience < 0 ? .over : .silent
    }
    let isLast = tape.hasAll
    let size = channels * 2
    let count = min(frames, tape.reader.fill / size)
    var room = block.mutableSpan
    var target = unsafe room.mutableBytes
    _ = tape.reader.read(count * size, into: &target)
    silence(from: count)
    guard isLast, tape.reader.fill == 0 else {
      // The end may be on its way: the file's last piece is in the ring before it is called the last.
      return count < frames && !tape.hasAll ? .late(frames: frames - count) : .playing
    }
    current = nil
    done = tape
    patience = linger + 1
    return .playing
  }

  private mutating func silence(from frame: Int) {
    for index in frame * channels * 2..<block.count { block[index] = 0 }
  }

  /// Puts what fades below the block.
  private mutating func mixFade() {
    guard let tape = fading else { return }
    let size = channels * 2
    let count = min(frames, fadeLeft, tape.reader.fill / size)
    var room = below.mutableSpan
    var target = unsafe room.mutableBytes
    _ = tape.reader.read(count * size, into: &target)
    let (step, start) = (1 / Float(fadeFrames), Float(fadeLeft))
    for frame in 0..<count {
      let gain = (start - Float(frame)) * step
      for channel in 0..<channels { add((frame * channels + channel) * 2, gain) }
    }
    fadeLeft -= count
    if fadeLeft <= 0 || count < frames {
      tape.drop()
      fading = nil
    }
  }

  private mutating func add(_ place: Int, _ gain: Float) {
    let old = Float(Deck.sample(below, place)) * gain
    let sum = min(max(Float(Deck.sample(block, place)) + old.rounded(), -32_768), 32_767)
    let bits = UInt16(bitPattern: Int16(sum))
    block[place] = UInt8(truncatingIfNeeded: bits)
    block[place + 1] = UInt8(truncatingIfNeeded: bits >> 8)
  }

  private static func sample(_ bytes: [UInt8], _ place: Int) -> Int16 {
    Int16(bitPattern: UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8)
  }
}
