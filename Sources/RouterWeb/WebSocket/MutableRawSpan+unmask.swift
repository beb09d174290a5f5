import Glibc

extension MutableRawSpan {
  /// Unmasks the bytes of `range`, moved down to the nearest 16-byte boundary that lies in the span. Data thread.
  ///
  /// - Parameter key: As it applies to the first byte; nil moves only.
  /// - Returns: where they are now; where they were if the span holds no boundary before them.
  mutating func unmask(_ range: Range<Int>, key: UInt32?) -> Range<Int> {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount)
    guard !range.isEmpty else { return 0..<0 }
    var start = range.lowerBound
    unsafe withUnsafeMutableBytes { memory in
      guard let base = memory.baseAddress else { return }
      let over = unsafe Int(bitPattern: base + start) & 15
      if over <= start { start -= over }
      if let key {
        unsafe Masking.apply(key, to: base + start, from: base + range.lowerBound, count: range.count)
      } else if start != range.lowerBound {
        unsafe memmove(base + start, base + range.lowerBound, range.count)
      }
    }
    return start..<start + range.count
  }
}
