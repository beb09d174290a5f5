/// Makes samples of IMA nibbles. Pure; allocates nothing. Data thread.
package enum IMADecoder {
  /// Bytes that are decoded in one of two ways: a branch for samples beyond the range, which costs nothing while there are
  /// none, or arithmetic without branches, which costs the same whatever comes.
  private static let piece = 64
  /// Pieces that are taken for loud after one was.
  private static let loudPieces = 64

  /// Decodes all nibbles of one channel.
  ///
  /// - Parameters:
  ///   - state: Before the first nibble; its index at most 88. Afterwards behind the last.
  ///   - nibbles: Two samples a byte.
  ///   - target: Room for `2 * nibbles.byteCount * stride` samples.
  ///   - first: Place of the first sample in `target`.
  ///   - stride: Places from one sample to the next: the number of channels.
  package static func decode(
    _ state: inout IMAState, _ nibbles: RawSpan, _ order: NibbleOrder, into target: inout MutableSpan<Int16>,
    first: Int = 0, stride: Int = 1
  ) {
    let count = nibbles.byteCount
    guard count > 0 else { return }
    precondition(state.index <= UInt8(IMATable.lastIndex), "the step index is beyond the table")
    precondition(first >= 0 && stride > 0 && first + (2 * count - 1) * stride < target.count, "no room for the samples")
    var run = Run(state: state, slot: first, stride: stride, order: order)
    var loud = 0
    while run.offset < count {
      let end = min(count, run.offset + piece)
      if loud > 0 {
        loud -= 1
        run.decode(nibbles, to: end, into: &target) { limit($0) }
      } else {
        var clips = 0
        run.decode(nibbles, to: end, into: &target) { value in
          guard UInt32(bitPattern: value &+ 32_768) > 65_535 else { return value }
          clips &+= 1
          return value < 0 ? -32_768 : 32_767
        }
        if clips > 1 { loud = loudPieces }
      }
    }
    state = run.state
  }

  /// The nearest 16-bit sample, without a branch.
  @inline(__always)
  private static func limit(_ value: Int32) -> Int32 {
    let above = value &- 32_767
    let low = value &- (above & ~(above >> 31))
    let below = low &+ 32_768
    return low &- (below & (below >> 31))
  }

  /// Where decoding stands.
  private struct Run {
    /// Of the next byte.
    var offset = 0
    /// Of the next sample in the target.
    var slot: Int
    var sample: Int32
    /// Sixteen times the step index.
    var place: Int
    let stride: Int
    let shifts: (first: UInt8, second: UInt8)

    init(state: IMAState, slot: Int, stride: Int, order: NibbleOrder) {
      self.slot = slot
      self.stride = stride
      sample = Int32(state.predictor)
      place = Int(state.index) * 16
      shifts = order == .high ? (4, 0) : (0, 4)
    }

    var state: IMAState { IMAState(predictor: Int16(truncatingIfNeeded: sample), index: UInt8(place >> 4)) }

    /// - Parameter limited: A sum as a sample.
    @inline(__always)
    mutating func decode(
      _ nibbles: RawSpan, to end: Int, into target: inout MutableSpan<Int16>, limited: (Int32) -> Int32
    ) {
      let table = IMATable.entries
      let entries = table.span
      var run = self
      while run.offset < end {
        let byte = unsafe nibbles.unsafeLoad(fromUncheckedByteOffset: run.offset, as: UInt8.self)
        let one = unsafe entries[unchecked: (run.place | Int(byte >> shifts.first & 15)) & 2047]
        run.sample = limited(run.sample &+ one >> IMATable.nextBits)
        unsafe target[unchecked: run.slot] = Int16(truncatingIfNeeded: run.sample)
        let two = unsafe entries[unchecked: (Int(one & 2047) | Int(byte >> shifts.second & 15)) & 2047]
        run.sample = limited(run.sample &+ two >> IMATable.nextBits)
        unsafe target[unchecked: run.slot &+ stride] = Int16(truncatingIfNeeded: run.sample)
        run.slot = run.slot &+ 2 &* stride
        run.place = Int(two & 2047)
        run.offset = run.offset &+ 1
      }
      self = run
    }
  }
}
