/// How the files of a panel's slots are called. Pure.
struct MediaNaming: Sendable, Equatable {
  /// Slots, 1 to 999.
  var count: Int
  /// Number of the first.
  var base: Int

  var slots: Range<Int> { base..<base + count }

  /// `3` as `003`.
  static func digits(_ slot: Int) -> String {
    let text = String(slot)
    return String(repeating: "0", count: max(0, 3 - text.count)) + text
  }

  static func name(_ slot: Int, _ format: MediaFormat) -> String { "\(digits(slot)).\(format.rawValue)" }

  /// What a name stands for; nil for one that is no slot's: another number of digits, upper case, another ending.
  func meaning(of name: String) -> (slot: Int, format: MediaFormat)? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 3, parts[0].utf8.allSatisfy({ (48...57).contains($0) }),
      let slot = Int(parts[0]), slots.contains(slot), let format = MediaFormat(rawValue: String(parts[1]))
    else { return nil }
    return (slot, format)
  }
}
