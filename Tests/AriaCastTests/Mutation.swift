import Support

/// Random damage to bytes, the same for one seed.
enum Mutation {
  /// Changes, inserts, removes or repeats a few bytes.
  static func apply(to bytes: inout [UInt8], using random: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      let some = UInt8.random(in: 0...255, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0 where place < bytes.count: bytes[place] = some
      case 1 where place < bytes.count: bytes[place] ^= 1 << (some & 7)
      case 2 where place < bytes.count: bytes.remove(at: place)
      case 3: bytes.insert(some, at: place)
      case 4:
        bytes.insert(
          [0, 10, 13, 32].randomElement(using: &random) ?? 0, at: Bool.random(using: &random) ? 0 : bytes.count)
      default: bytes.removeLast(min(bytes.count, Int.random(in: 0...2, using: &random)))
      }
    }
  }
}
