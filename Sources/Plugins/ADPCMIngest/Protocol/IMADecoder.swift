/// Makes samples of IMA nibbles. Pure; allocates nothing. Data thread.
package enum IMADecoder {
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
    let shifts: (first: UInt8, second: UInt8) = order == .high ? (4, 0) : (0, 4)
    let table = IMATable.entries
    let entries = table.span
    var place = Int(state.index) * 16
    var sample = Int32(state.predictor)
    var slot = first
    for offset in 0..<count {
      let byte = unsafe nibbles.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
      let one = unsafe entries[unchecked: (place | Int(byte >> shifts.first & 15)) & 2047]
      sample = clamp(sample + one >> IMATable.nextBits)
      unsafe target[unchecked: slot] = Int16(truncatingIfNeeded: sample)
      slot += stride
      let two = unsafe entries[unchecked: (Int(one & 2047) | Int(byte >> shifts.second & 15)) & 2047]
      sample = clamp(sample + two >> IMATable.nextBits)
      unsafe target[unchecked: slot] = Int16(truncatingIfNeeded: sample)
      slot += stride
      place = Int(two & 2047)
    }
    state = IMAState(predictor: Int16(truncatingIfNeeded: sample), index: UInt8(place >> 4))
  }

  @inline(__always)
  private static func clamp(_ value: Int32) -> Int32 { min(max(value, -32_768), 32_767) }
}
