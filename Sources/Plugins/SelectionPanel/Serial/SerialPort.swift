import CLinux
internal import Glibc
import RouterCore
internal import Synchronization

/// An open serial device: raw, 8N1, ours alone, its modem lines never touched. One thread at a time.
///
/// A board with an ESP32 may restart when its lines DTR and RTS move, so the one descriptor stays open and HUPCL is off.
final class SerialPort: Sendable {
  enum Failure: Error {
    /// There is no such device (yet).
    case missing(String)
    /// It is there, but not for us.
    case refused(String, hint: String)
  }

  let path: String
  let descriptor: Int32
  private let lock: Int32
  private let isEnded = Atomic<Bool>(false)

  /// - Parameters:
  ///   - path: May hold wildcards; the first match in alphabetical order is taken.
  ///   - lockFile: Held (flock) while the port is open; nil: none beside the device itself.
  init(path pattern: String, baud: Int, lockFile: String?) throws(Failure) {
    guard let speed = SerialPort.speeds[baud] else { throw .refused("no such speed: \(baud)", hint: "try 115200") }
    path = try SerialPort.find(pattern)
    lock = try SerialPort.hold(lockFile)
    let opened = unsafe open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    let code = errno
    guard opened >= 0 else {
      if lock >= 0 { close(lock) }
      throw SerialPort.failure(path, code)
    }
    descriptor = opened
    // Other programs that ask before they open see that it is taken.
    guard flock(opened, LOCK_EX | LOCK_NB) == 0, ioctl(opened, UInt(TIOCEXCL), 0) == 0 else {
      let reason = errno == EWOULDBLOCK ? "another program has \(path)" : "\(path) is no serial port"
      close(opened)
      if lock >= 0 { close(lock) }
      throw .refused(reason, hint: "stop the other program, or name another device; see router types panel.serial")
    }
    configure(speed)
  }

  deinit { end() }

  /// Gives the device back; the second call does nothing. No other call may follow.
  func end() {
    guard !isEnded.exchange(true, ordering: .acquiringAndReleasing) else { return }
    close(descriptor)
    if lock >= 0 { close(lock) }
  }

  /// Bytes that are there now, at most 4,096; nil: the device is gone.
  func read() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
    if count > 0 { return Array(bytes.prefix(count)) }
    // A device that is gone reads as its end.
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? [] : nil
  }

  /// Writes what there is room for.
  /// - Returns: bytes written; nil: the device is gone.
  func write(_ bytes: [UInt8]) -> Int? {
    let count = unsafe Glibc.write(descriptor, bytes, bytes.count)
    if count >= 0 { return count }
    return errno == EAGAIN || errno == EINTR ? 0 : nil
  }

  private func configure(_ speed: speed_t) {
    var settings = termios()
    // A pty takes less than a real port; what it does not know does no harm.
    guard unsafe tcgetattr(descriptor, &settings) == 0 else { return }
    unsafe cfmakeraw(&settings)
    settings.c_cflag |= tcflag_t(CLOCAL | CREAD)
    settings.c_cflag &= ~tcflag_t(CSTOPB) & ~tcflag_t(HUPCL) & ~SerialPort.hardwareFlow
    settings.c_iflag &= ~tcflag_t(IXON | IXOFF | IXANY)
    unsafe cfsetspeed(&settings, speed)
    // What came before stays: it may hold the READY of a board that has just started.
    unsafe tcsetattr(descriptor, TCSANOW, &settings)
  }

  /// CRTSCTS, whose value is beyond what Swift imports of it.
  private static let hardwareFlow: tcflag_t = 0x8000_0000

  /// Speeds, in baud, as the system numbers them.
  static let speeds: [Int: speed_t] = [
    1200: speed_t(B1200), 2400: speed_t(B2400), 4800: speed_t(B4800), 9600: speed_t(B9600), 19200: speed_t(B19200),
    38400: speed_t(B38400), 57600: speed_t(B57600), 115_200: speed_t(B115200), 230_400: speed_t(B230400),
    460_800: speed_t(B460800), 921_600: speed_t(B921600),
  ]

  private static func find(_ pattern: String) throws(Failure) -> String {
    guard pattern.contains(where: { "*?[".contains($0) }) else { return pattern }
    guard let first = matches(pattern).first else { throw .missing("no device is called \(pattern)") }
    return first
  }

  /// Paths that fit a pattern, in alphabetical order. Blocks.
  static func matches(_ pattern: String) -> [String] {
    var found = unsafe glob_t()
    defer { unsafe globfree(&found) }
    guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
    return unsafe (0..<Int(found.gl_pathc)).compactMap { index in
      unsafe found.gl_pathv[index].map { unsafe String(cString: $0) }
    }
  }

  private static func hold(_ lockFile: String?) throws(Failure) -> Int32 {
    guard let lockFile else { return -1 }
    let descriptor = unsafe open(lockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw .refused(
        "cannot open \(lockFile): \(errnoText(errno))", hint: "name a lockFile in a folder we may write to")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .refused("another program holds \(lockFile)", hint: "it uses the same panel: stop it")
    }
    return descriptor
  }

  private static func failure(_ path: String, _ code: Int32) -> Failure {
    switch code {
    case ENOENT, ENXIO, ENODEV, EIO: .missing("there is no \(path)")
    case EACCES, EPERM:
      .refused("no permission for \(path)", hint: "sudo usermod -aG dialout $USER, then log in again")
    case EBUSY: .refused("another program has \(path)", hint: "stop the other program")
    default: .refused("cannot open \(path): \(errnoText(code))", hint: "look whether it is a serial device")
    }
  }
}
