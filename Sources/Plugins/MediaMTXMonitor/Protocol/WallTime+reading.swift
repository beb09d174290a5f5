import RouterCore

extension WallTime {
  /// Reads a time as servers write it: `2026-11-20T15:05:58.349884419Z`, with 0 to 9 digits behind the second, `Z` or an
  /// offset.
  ///
  /// nil for anything else, and for the year 1, by which Go says that there is no time.
  /// Source: RFC 3339 section 5.6.
  init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int64? {
      guard range.upperBound <= bytes.count else { return nil }
      return bytes[range].reduce(Int64?(0)) { sum, byte in
        guard let sum, (0x30...0x39).contains(byte) else { return nil }
        return sum * 10 + Int64(byte - 0x30)
      }
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      year > 1, (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var end = 19
    var nanoseconds = 0
    if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
      let digits = bytes[(end + 1)...].prefix { (0x30...0x39).contains($0) }
      guard !digits.isEmpty else { return nil }
      nanoseconds = (0..<9).reduce(0) { $0 * 10 + ($1 < digits.count ? Int(digits[digits.startIndex + $1] - 0x30) : 0) }
      end = digits.endIndex
    }
    guard let offset = WallTime.offset(bytes[end...]) else { return nil }
    let days = WallTime.days(year, month, day)
    self.init(seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset, nanoseconds: nanoseconds)
  }

  /// Seconds east of Greenwich.
  private static func offset(_ rest: ArraySlice<UInt8>) -> Int64? {
    let bytes = Array(rest)
    if bytes == [UInt8(ascii: "Z")] || bytes == [UInt8(ascii: "z")] { return 0 }
    guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let sign = [0x2B: Int64(1), 0x2D: -1][Int(bytes[0])],
      let hours = Int64(String(decoding: bytes[1...2], as: UTF8.self)),
      let minutes = Int64(String(decoding: bytes[4...5], as: UTF8.self)), hours < 24, minutes < 60
    else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }

  /// Days from 1970-01-01 to a date of the Gregorian calendar, counted in years that begin in March.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
