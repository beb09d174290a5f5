/// Makes IMA nibbles of samples. Pure; allocates nothing. Data thread.
enum IMAEncoder {
  /// Encodes the samples of one channel; the state goes on behind the last one.
  ///
  /// - Parameters:
  ///   - samples: Every `stride`-th from `first` on is of this channel.
  ///   - count: Samples to encode.
  ///   - target: Gets `count / 2` bytes from `offset` on; the last sample of an odd number moves the state and is not
  ///     written, as the senders this format comes from do.
  static func encode(
    _ state: inout IMAState, _ samples: Span<Int16>, first: Int = 0, stride: Int = 1, count: Int,
    _ order: NibbleOrder = .high, into target: inout MutableRawSpan, at offset: Int
  ) {
    var held: UInt8 = 0
    for number in 0..<count {
      let code = code(for: samples[first + number * stride], &state)
      if number.isMultiple(of: 2) {
        held = order == .high ? code << 4 : code
      } else {
        target.storeBytes(
          of: held | (order == .high ? code : code << 4), toByteOffset: offset + number / 2, as: UInt8.self)
      }
    }
  }

  /// The code nearest to a sample; the state becomes what a decoder makes of it.
  static func code(for sample: Int16, _ state: inout IMAState) -> UInt8 {
    let step = IMATable.steps[Int(state.index)]
    var rest = Int32(sample) - Int32(state.predictor)
    var code = 0
    if rest < 0 {
      code = 8
      rest = -rest
    }
    var part = step
    var bit = 4
    while bit > 0 {
      if rest >= part {
        code |= bit
        rest -= part
      }
      part >>= 1
      bit >>= 1
    }
    let entry = IMATable.entries[Int(state.index) * 16 + code]
    let value = Int32(state.predictor) + entry >> IMATable.nextBits
    state.predictor = Int16(min(max(value, -32_768), 32_767))
    state.index = UInt8((entry & 2047) >> 4)
    return UInt8(code)
  }
}
