/// A straight line from one signal to another over `length` frames; this piece begins at frame `position`.
///
/// Equal samples stay what they are, bit for bit. Data thread.
struct Crossfade {
  let position: Int
  let length: Int
  let channels: Int

  /// The part of the new signal in frame `index` of the piece is `weight / (2 * length)`.
  @inline(__always)
  private func weight(_ index: Int) -> Int { 2 * (position + index) + 1 }

  /// - Parameters:
  ///   - old, new, target: Interleaved samples of as many frames.
  func mix16(_ old: RawSpan, _ new: RawSpan, into target: inout MutableRawSpan) {
    let whole = 2 * length
    for frame in 0..<target.byteCount / (2 * channels) {
      let part = weight(frame)
      for offset in stride(from: frame * channels * 2, to: (frame + 1) * channels * 2, by: 2) {
        let sum = Int(old.i16le(offset)) * (whole - part) + Int(new.i16le(offset)) * part
        target.storeBytes(of: Int16(truncatingIfNeeded: sum / whole).littleEndian, toByteOffset: offset, as: Int16.self)
      }
    }
  }

  func mixFloat(_ old: RawSpan, _ new: RawSpan, into target: inout MutableRawSpan) {
    let whole = Float(2 * length)
    for frame in 0..<target.byteCount / (4 * channels) {
      let part = Float(weight(frame)) / whole
      for offset in stride(from: frame * channels * 4, to: (frame + 1) * channels * 4, by: 4) {
        let (a, b) = (Float(bitPattern: old.u32le(offset)), Float(bitPattern: new.u32le(offset)))
        let value = a == b ? b : a + (b - a) * part
        target.storeBytes(of: value.bitPattern.littleEndian, toByteOffset: offset, as: UInt32.self)
      }
    }
  }
}
