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
    let date = unsafe "\(parts.tm_year + 1900)-\(pad(Int(parts.tm_mon) + 1))-\(pad(Int(parts.tm_mday)))"
    let clock = unsafe "\(pad(Int(parts.tm_hour))):\(pad(Int(parts.tm_min))):\(pad(Int(parts.tm_sec)))"
    return "\(date)T\(clock).\(pad(nanoseconds / 1_000_000, 3))Z"
  }

  /// `20261120_214201`, as it stands in file names.
  public var stamp: String {
    let text = iso8601
    return String(text.prefix(19).compactMap { $0 == "T" ? "_" : $0 == "-" || $0 == ":" ? nil : $0 })
  }

  private func pad(_ value: Int, _ width: Int = 2) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
