/// White noise with equal chances for every value from -1 to 1; the same in every run.
struct Noise {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// The next sample: xorshift64*, its upper 24 bits. Data thread; allocates nothing.
  mutating func next() -> Float {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    let bits = (state &* 0x2545_F491_4F6C_DD1D) >> 40
    return Float(bits) * (2 / 16_777_215) - 1
  }
}
