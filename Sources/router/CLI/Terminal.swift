import Glibc

/// Standard output and standard error, and what they can show.
enum Terminal {
  static func out(_ text: String) { print(text) }

  /// At once, also into a pipe.
  static func outNow(_ text: String) { put(text + "\n", to: 1) }

  static func error(_ text: String) { put(text + "\n", to: 2) }

  /// Rewrites the last line of standard error: progress bars. Does nothing where nobody watches.
  static func status(_ text: String) {
    if isWatched { put("\r\u{1B}[K" + text, to: 2) }
  }

  static func endStatus() { if isWatched { put("\n", to: 2) } }

  /// Standard error is a terminal.
  static var isWatched: Bool { isatty(2) == 1 }

  /// Colour only on a terminal, and not where `NO_COLOR` is set.
  static var hasColour: Bool { isatty(2) == 1 && environment("NO_COLOR") == nil }

  static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  static func exit(_ status: Int32) -> Never {
    fflush(nil)
    Glibc.exit(status)
  }

  /// Writes all of it, or as much as the reader takes.
  static func put(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes[done...].withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { done += count } else if errno != EINTR { return }
    }
  }
}
