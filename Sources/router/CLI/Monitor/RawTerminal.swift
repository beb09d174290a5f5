import Glibc
import RouterCore

/// The terminal while a live table is shown: the alternate screen, no cursor, keys at once and unseen.
final class RawTerminal: Sendable {
  private let before: termios

  /// nil unless both standard input and standard output are a terminal.
  init?() {
    var settings = termios()
    guard isatty(1) == 1, isatty(0) == 1, unsafe tcgetattr(0, &settings) == 0 else { return nil }
    before = settings
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
    unsafe tcsetattr(0, TCSANOW, &settings)
    RawTerminal.put("\u{1B}[?1049h\u{1B}[?25l")
  }

  /// Gives everything back.
  func restore() {
    RawTerminal.put("\u{1B}[?25h\u{1B}[?1049l")
    var settings = before
    unsafe tcsetattr(0, TCSADRAIN, &settings)
  }

  /// Columns and rows now.
  var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Replaces what is shown.
  func show(_ lines: [String]) {
    RawTerminal.put("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J")
  }

  /// The next key; nil at the end of the input. Blocks.
  static func key() -> UInt8? {
    var byte: UInt8 = 0
    while true {
      let count = unsafe read(0, &byte, 1)
      if count == 1 { return byte }
      if count == 0 || errno != EINTR { return nil }
    }
  }

  private static func put(_ text: String) { Terminal.put(text, to: 1) }
}
