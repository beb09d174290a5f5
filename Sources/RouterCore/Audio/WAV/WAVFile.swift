internal import Glibc

/// A WAV file, or a pipe that carries one, read from the front. Reading blocks: call it where that is allowed.
public final class WAVFile {
  /// What its head says.
  public let sound: WAVSound
  private let path: String
  private let descriptor: Int32
  /// Where the sound begins; nil if the file cannot be wound back.
  private let start: off_t?
  /// Bytes of sound not yet read; nil: until the end.
  private var left: Int?

  /// - Parameter path: A file, or `-` for standard input.
  public init(path: String) throws(WAVFailure) {
    let descriptor = path == "-" ? dup(0) : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open", path: path, code: errno) }
    do throws(WAVFailure) {
      sound = try WAVFile.head(of: descriptor, path)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
    let place = lseek(descriptor, 0, SEEK_CUR)
    start = place < 0 ? nil : place
    left = sound.bytes
  }

  deinit { close(descriptor) }

  /// The next frames, as samples of the sound's stream format; fewer than asked for only at the end, where it is empty.
  public func read(frames: Int) throws(WAVFailure) -> [UInt8] {
    let wanted = min(frames * sound.bytesPerFrame, left ?? .max)
    let bytes = try WAVFile.bytes(wanted, from: descriptor, path)
    left = left.map { $0 - bytes.count }
    return sound.samples(of: Array(bytes.dropLast(bytes.count % sound.bytesPerFrame)))
  }

  /// Goes back to the first frame.
  /// - Returns: false for a pipe.
  public func rewind() -> Bool {
    guard let start, lseek(descriptor, start, SEEK_SET) == start else { return false }
    left = sound.bytes
    return true
  }

  private static func head(of descriptor: Int32, _ path: String) throws(WAVFailure) -> WAVSound {
    var reader = WAVHeadReader()
    var step = WAVHeadReader.first
    while true {
      var wanted = 8
      switch step {
      case .sound(let sound): return sound
      case .read(let count): wanted = count
      case .skip(let count): try skip(count, from: descriptor, path)
      }
      let bytes = try bytes(wanted, from: descriptor, path)
      guard bytes.count == wanted else { throw .truncated(reader.part) }
      step = try reader.take(bytes)
    }
  }

  private static func skip(_ count: Int, from descriptor: Int32, _ path: String) throws(WAVFailure) {
    if lseek(descriptor, off_t(count), SEEK_CUR) >= 0 { return }
    var left = count
    while left > 0 {
      let passed = try bytes(min(left, 64 << 10), from: descriptor, path).count
      if passed == 0 { return }
      left -= passed
    }
  }

  /// As many bytes as asked for, fewer at the end.
  private static func bytes(_ count: Int, from descriptor: Int32, _ path: String) throws(WAVFailure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = unsafe bytes.withUnsafeMutableBytes { memory in
        unsafe Glibc.read(descriptor, memory.baseAddress.map { unsafe $0 + done }, count - done)
      }
      if got == 0 { break }
      if got < 0 {
        if errno == EINTR { continue }
        throw .system("read", path: path, code: errno)
      }
      done += got
    }
    return Array(bytes.prefix(done))
  }
}
