/// Where a place's input changes from an old way to a new one while sound plays: the end of the old and the beginning
/// of the new overlap and are mixed along a straight line, so that the number of frames is exact and nothing clicks.
///
/// The old way's last ``length`` frames are held back until it is over, and mixed with the new way's first as many; what
/// the old way gives before them (a tail that is flushed) passes at once. Where both ways carry equal samples the result
/// equals them bit for bit. All memory is taken when the seam is made. Confined to its loop. Data thread.
final class Seam {
  private let format: StreamFormat
  /// The place that goes on.
  private let output: Branch
  /// Frames of the overlap; fewer when the old way gave fewer.
  private var length: Int
  /// How the old way ends: by itself after a given number of frames (it goes on elsewhere), or with `endOld`.
  private let oldEndsByCount: Bool
  private let old: Slab<UInt8>
  private var oldFrames = 0
  private let new: Slab<UInt8>
  private var newFrames = 0
  private var mixed = 0
  private let scratch: Slab<UInt8>
  private var isOldOver = false
  private(set) var isOver = false
  private let silence: Slab<UInt8>
  private var arrival = Instant(nanoseconds: 0)

  /// Frames of the new way kept beyond the overlap while the old way is not over.
  private static let reserve = 16_384
  private static let silentFrames = 1024

  /// - Parameters:
  ///   - output: The place whose input changes; PCM.
  ///   - length: Frames of the overlap, at least 1.
  init(into output: Branch, length: Int, oldEndsByCount: Bool) {
    self.output = output
    format = output.format
    self.length = length
    self.oldEndsByCount = oldEndsByCount
    let size = format.bytesPerFrame
    old = Slab(repeating: 0, count: length * size)
    new = Slab(repeating: 0, count: (length + Seam.reserve) * size)
    scratch = Slab(repeating: 0, count: length * size)
    silence = Slab(repeating: 0, count: Seam.silentFrames * size)
  }

  // MARK: The old way

  func takeOld(_ packet: Packet) -> Verdict {
    if isOldOver { return .go }
    arrival = packet.arrival
    let frames = packet.wholeFrames(of: format)
    if oldEndsByCount {
      let wanted = min(length - oldFrames, frames)
      if wanted > 0 { hold(packet.part(from: 0, limit: wanted, of: format)) }
      if oldFrames == length { endOld() }
      return .go
    }
    var verdict = Verdict.go
    let excess = oldFrames + frames - length
    var first = 0
    if excess > 0 {
      let held = min(excess, oldFrames)
      if held > 0 { verdict = passHeld(held, after: packet) }
      first = excess - held
      if first > 0 { verdict = verdict.joined(with: output.lend(packet.part(from: 0, limit: first, of: format))) }
    }
    if first < frames { hold(packet.slice(first..<frames, of: format)) }
    return verdict
  }

  /// The old way gives nothing more.
  func endOld() {
    guard !isOldOver else { return }
    isOldOver = true
    length = oldFrames
    _ = drain()
  }

  private func hold(_ packet: Packet) {
    old.store(packet.bytes, at: oldFrames * format.bytesPerFrame)
    oldFrames += packet.frames
  }

  /// Sends the oldest held frames and moves the rest up.
  private func passHeld(_ frames: Int, after packet: Packet) -> Verdict {
    let size = format.bytesPerFrame
    let held = old
    let lent = held.span(0..<frames * size)
    let verdict = output.lend(
      Packet(bytes: unsafe lent.bytes, frames: frames, sequence: packet.sequence, arrival: packet.arrival))
    old.moveUp(by: frames * size, count: oldFrames * size)
    oldFrames -= frames
    return verdict
  }

  // MARK: The new way

  func takeNew(_ packet: Packet) -> Verdict {
    if isOver { return output.lend(packet) }
    arrival = packet.arrival
    let frames = packet.wholeFrames(of: format)
    if !isOldOver {
      if (newFrames + frames) * format.bytesPerFrame <= new.count {
        new.store(packet.bytes.extracting(0..<frames * format.bytesPerFrame), at: newFrames * format.bytesPerFrame)
        newFrames += frames
        return .go
      }
      endOld()
    }
    return join(packet)
  }

  /// Frames of either way that never arrived are silence while the two overlap.
  func gap(frames: Int, isOld: Bool) {
    var left = min(frames, 10 * Seam.reserve)
    while left > 0 {
      let count = min(left, Seam.silentFrames)
      let zeros = silence
      let lent = zeros.span(0..<count * format.bytesPerFrame)
      let packet = Packet(bytes: unsafe lent.bytes, frames: count, arrival: arrival)
      _ = isOld ? takeOld(packet) : takeNew(packet)
      left -= count
    }
  }

  /// Ends the overlap with what there is: nothing is held afterwards.
  func settle() {
    endOld()
    guard !isOver else { return }
    isOver = true
    // The new way gave less than the old way's end: that plays out alone.
    let left = length - mixed
    guard left > 0 else { return }
    let size = format.bytesPerFrame
    let held = old
    let lent = held.span(mixed * size..<length * size)
    _ = output.lend(Packet(bytes: unsafe lent.bytes, frames: left, arrival: arrival))
  }

  // MARK: Both

  /// Mixes what both have; when the overlap is done the rest of the new way follows.
  private func drain() -> Verdict {
    guard newFrames > 0 else {
      isOver = length == 0
      return .go
    }
    let held = new
    let frames = newFrames
    let lent = held.span(0..<frames * format.bytesPerFrame)
    newFrames = 0
    return join(Packet(bytes: unsafe lent.bytes, frames: frames, arrival: arrival))
  }

  private func join(_ packet: Packet) -> Verdict {
    let frames = packet.wholeFrames(of: format)
    let common = min(length - mixed, frames)
    var verdict = Verdict.go
    if common > 0 { verdict = mix(packet.part(from: 0, limit: common, of: format)) }
    if mixed == length { isOver = true }
    if common < frames { verdict = verdict.joined(with: output.lend(packet.slice(common..<frames, of: format))) }
    return verdict
  }

  private func mix(_ packet: Packet) -> Verdict {
    let size = format.bytesPerFrame
    let count = packet.frames * size
    let (held, result) = (old, scratch)
    let fade = Crossfade(position: mixed, length: length, channels: format.channels)
    blend(held, packet, fade, into: result)
    mixed += packet.frames
    let lent = result.span(0..<count)
    return output.lend(packet.carrying(unsafe lent.bytes))
  }

  private func blend(_ held: Slab<UInt8>, _ packet: Packet, _ fade: Crossfade, into result: Slab<UInt8>) {
    let (first, count) = (fade.position * format.bytesPerFrame, packet.bytes.byteCount)
    let old = held.span(first..<first + count)
    var target = result.bytes(count)
    switch format.sample {
    case .int16: fade.mix16(unsafe old.bytes, packet.bytes, into: &target)
    case .float32: fade.mixFloat(unsafe old.bytes, packet.bytes, into: &target)
    }
  }
}

extension Packet {
  /// Some frames of a PCM packet, under the packet's own number; only the first say what was missing before.
  @_lifetime(copy self)
  func slice(_ frames: Range<Int>, of format: StreamFormat) -> Packet {
    let size = format.bytesPerFrame
    return Packet(
      bytes: bytes.extracting(frames.lowerBound * size..<frames.upperBound * size), frames: frames.count,
      sequence: sequence, arrival: arrival, missing: frames.lowerBound == 0 ? missing : 0)
  }
}
