internal import Glibc

/// The time of day in UTC, for people and files; never used to measure.
public struct WallTime: Sendable, Equatable {
  /// Seconds since 1970.
  public var seconds: Int64
  /// 0 to 999,999,999.
  public var nanoseconds: Int

  public init(seconds: Int64, nanoseconds: Int = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// CLOCK_REALTIME now. Any thread.
  public static func now() -> WallTime {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(seconds: Int64(time.tv_sec), nanoseconds: Int(time.tv_nsec))
  }

  /// The time so much earlier.
  public static func - (time: WallTime, span: Duration) -> WallTime {
    let nanoseconds = Int64(time.nanoseconds) - span.nanoseconds
    let second = Int64(1_000_000_000)
    let whole = nanoseconds >= 0 ? nanoseconds / second : (nanoseconds - second + 1) / second
    return WallTime(seconds: time.seconds + whole, nanoseconds: Int(nanoseconds - whole * second))
  }

  /// `2026-11-20T21:42:01.123Z`
  public var iso8601: String {
    var whole = time_t(seconds)
    var parts = unsafe tm()
    unsafe gmtime_r(&whole, &parts)
    var text: [UInt8] = []
    text.reserveCapacity(24)
    unsafe write(Int(parts.tm_year) + 1900, 4, "-", to: &text)
    unsafe write(Int(parts.tm_mon) + 1, 2, "-", to: &text)
    unsafe write(Int(parts.tm_mday), 2, "T", to: &text)
    unsafe write(Int(parts.tm_hour), 2, ":", to: &text)
    unsafe write(Int(parts.tm_min), 2, ":", to: &text)
    unsafe write(Int(parts.tm_sec), 2, ".", to: &text)
    write(nanoseconds / 1_000_000, 3, "Z", to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// `20261120_214201`, as it stands in file names.
  public var stamp: String {
    let text = iso8601
    return String(text.prefix(19).compactMap { $0 == "T" ? "_" : $0 == "-" || $0 == ":" ? nil : $0 })
  }

  /// At least so many digits, and a sign behind them.
  private func write(_ value: Int, _ width: Int, _ sign: Unicode.Scalar, to text: inout [UInt8]) {
    var power = 1
    for _ in 1..<width { power *= 10 }
    if value >= power * 10 {
      text += Array(String(value).utf8)
    } else {
      while power > 0 {
        text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / power % 10))
        power /= 10
      }
    }
    text.append(UInt8(ascii: sign))
  }
}
