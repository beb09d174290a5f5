/// Makes lines of bytes that come in pieces of any size: LF ends a line, a CR and blanks at its end do not count. Pure.
struct LineAssembler: Sendable {
  /// Longest line in bytes; a longer one is thrown away up to its end.
  static let limit = 512

  private var line: [UInt8] = []
  private var isTooLong = false
  /// Lines thrown away.
  private(set) var overflows = 0

  /// The lines that are complete with these bytes, oldest first; empty ones are left out. Bytes that are not ASCII become `?`.
  mutating func add(_ bytes: some Sequence<UInt8>) -> [String] {
    var lines: [String] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        if let text = end() { lines.append(text) }
      } else if line.count < Self.limit {
        line.append(byte)
      } else {
        isTooLong = true
      }
    }
    return lines
  }

  /// Forgets what has no end yet: the line was cut.
  mutating func reset() {
    line.removeAll(keepingCapacity: true)
    isTooLong = false
  }

  private mutating func end() -> String? {
    defer { reset() }
    if isTooLong {
      overflows += 1
      return nil
    }
    while let last = line.last, last == 13 || last == 32 || last == 9 { line.removeLast() }
    guard !line.isEmpty else { return nil }
    return String(decoding: line.map { (32...126).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }
}
