/// The steps of IMA ADPCM, made for decoding without branches.
///
/// Source: IMA Digital Audio Focus and Technical Working Groups, "Recommended practices for enhancing digital audio
/// compatibility", 1992.
enum IMATable {
  /// Largest step index.
  static let lastIndex = 88

  static let steps: [Int32] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107,
    118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963,
    1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894,
    6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794,
    32767,
  ]

  /// How a code moves the step index.
  static let moves: [Int] = [-1, -1, -1, -1, 2, 4, 6, 8]

  /// For each index and code, at `index * 16 + code`: the difference to the sample before in the upper bits, sixteen
  /// times the next index in the lower ``nextBits``. Padded to a power of two, so that a masked place is always inside.
  static let entries: [Int32] = {
    var all = [Int32](repeating: 0, count: 2048)
    for index in 0...lastIndex {
      for code in 0..<16 {
        let next = min(max(index + moves[code & 7], 0), lastIndex)
        all[index * 16 + code] = difference(steps[index], code) << nextBits | Int32(next * 16)
      }
    }
    return all
  }()
  static let nextBits: Int32 = 11

  /// The sum of truncated parts of a step that a code stands for.
  static func difference(_ step: Int32, _ code: Int) -> Int32 {
    var sum = step >> 3
    if code & 4 != 0 { sum += step }
    if code & 2 != 0 { sum += step >> 1 }
    if code & 1 != 0 { sum += step >> 2 }
    return code & 8 != 0 ? -sum : sum
  }
}

/// Where a decoder or encoder stands: the last sample and the place in the table of steps.
package struct IMAState: Equatable, Sendable {
  /// The last sample.
  package var predictor: Int16 = 0
  /// 0 to 88.
  package var index: UInt8 = 0

  package init(predictor: Int16 = 0, index: UInt8 = 0) {
    self.predictor = predictor
    self.index = index
  }
}

/// Which half of a byte comes first in time.
package enum NibbleOrder: String, Sendable, CaseIterable {
  case high, low
}
