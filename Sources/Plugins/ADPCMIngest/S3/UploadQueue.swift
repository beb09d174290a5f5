internal import Glibc
import RouterCore

/// Files that are not in the store yet, kept on disk: survives a crash. Blocks; one call at a time.
///
/// The file is a list of lines: `+` and a path when it comes, `-` and the path when it has gone.
struct UploadQueue: Sendable {
  private let file: String
  /// In the order they came.
  private(set) var paths: [String] = []
  private var known: Set<String> = []
  private var lines = 0

  /// - Parameter file: Path of the list; its folder is made.
  init(file: String) throws(SystemError) {
    self.file = file
    if let end = file.lastIndex(of: "/") { try Folder.make(String(file[..<end])) }
    for line in try UploadQueue.read(file).split(separator: "\n") {
      apply(String(line))
      lines += 1
    }
    try tidy()
  }

  mutating func add(_ new: [String]) throws(SystemError) {
    let fresh = new.filter { !known.contains($0) }
    try write(fresh.map { "+\($0)" })
  }

  mutating func remove(_ gone: [String]) throws(SystemError) { try write(gone.map { "-\($0)" }) }

  /// Puts one at the end.
  mutating func postpone(_ path: String) throws(SystemError) { try write(["-\(path)", "+\(path)"]) }

  private mutating func apply(_ line: String) {
    let path = String(line.dropFirst())
    if line.hasPrefix("+"), known.insert(path).inserted { paths.append(path) }
    if line.hasPrefix("-"), known.remove(path) != nil { paths.removeAll { $0 == path } }
  }

  private mutating func write(_ new: [String]) throws(SystemError) {
    guard !new.isEmpty else { return }
    let descriptor = unsafe open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError("open \(file)", code: errno) }
    defer { close(descriptor) }
    let bytes = Array(new.map { "\($0)\n" }.joined().utf8)
    let count = unsafe Glibc.write(descriptor, bytes, bytes.count)
    guard count == bytes.count else { throw SystemError("write \(file)", code: count < 0 ? errno : ENOSPC) }
    guard fdatasync(descriptor) == 0 else { throw SystemError("fdatasync \(file)", code: errno) }
    for line in new { apply(line) }
    lines += new.count
    if lines > 1_000 + 4 * paths.count { try tidy() }
  }

  /// Writes the list anew, without what has gone.
  private mutating func tidy() throws(SystemError) {
    try Folder.write(paths.map { "+\($0)\n" }.joined(), to: file)
    lines = paths.count
  }

  private static func read(_ file: String) throws(SystemError) -> String {
    guard let facts = Folder.facts(of: file) else { return "" }
    return String(decoding: try Folder.bytes(of: file, from: 0, count: facts.size), as: UTF8.self)
  }
}

extension Folder {
  /// Bytes of a file; fewer at its end.
  static func bytes(of path: String, from start: Int, count: Int) throws(SystemError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open \(path)", code: errno) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = unsafe bytes.withUnsafeMutableBytes { memory in
        unsafe pread(descriptor, memory.baseAddress?.advanced(by: done), count - done, off_t(start + done))
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw SystemError("read \(path)", code: errno) }
      if got == 0 { break }
      done += got
    }
    bytes.removeLast(count - done)
    return bytes
  }
}
