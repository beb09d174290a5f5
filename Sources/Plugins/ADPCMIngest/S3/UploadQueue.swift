internal import Glibc
import RouterCore

/// Files that are not in the store yet, and a list of them on disk that survives a crash.
///
/// The list has lines: `+` and a path when it comes, `-` and the path when it has gone. What changes is known at once, and
/// written by whoever takes the ``Change``; what a full disk refuses is written with the next.
struct UploadQueue: Sendable {
  private let file: String
  /// In the order they came.
  private(set) var paths: [String] = []
  /// The same, to be looked up; also by others.
  let known = PendingPaths()
  /// Not on the disk yet.
  private var unsaved: [String] = []
  /// Lines of the list on the disk.
  private var lines = 0

  /// Reads the list; its folder is made. Blocks.
  init(file: String) throws(SystemError) {
    self.file = file
    if let end = file.lastIndex(of: "/") { try Folder.make(String(file[..<end])) }
    for line in try UploadQueue.read(file).split(separator: "\n") { apply(String(line)) }
    try UploadQueue.rewrite(paths, file)
    lines = paths.count
  }

  mutating func add(_ new: [String]) {
    for path in new where !known.contains(path) { note("+\(path)") }
  }

  mutating func remove(_ path: String) { note("-\(path)") }

  /// Puts one at the end.
  mutating func postpone(_ path: String) {
    note("-\(path)")
    note("+\(path)")
  }

  var isSaved: Bool { unsaved.isEmpty }

  /// What is to be written: lines at the end of the list, or the list anew.
  struct Change: Sendable {
    fileprivate let file: String
    fileprivate let lines: [String]
    /// All paths, where the list has grown beyond its use.
    fileprivate let paths: [String]?

    /// Blocks.
    func write() throws(SystemError) {
      if let paths { return try UploadQueue.rewrite(paths, file) }
      try UploadQueue.append(lines, to: file)
    }
  }

  /// Takes out what has changed, to be written on another thread; ``written(_:)`` or ``failed(_:)`` says how that went.
  mutating func take() -> Change? {
    guard !isSaved else { return nil }
    defer { unsaved = [] }
    return Change(file: file, lines: unsaved, paths: lines > 1_000 + 4 * paths.count ? paths : nil)
  }

  mutating func written(_ change: Change) { lines = change.paths?.count ?? lines + change.lines.count }
  mutating func failed(_ change: Change) { unsaved = change.lines + unsaved }

  private static func append(_ lines: [String], to file: String) throws(SystemError) {
    let descriptor = unsafe open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError("open \(file)", code: errno) }
    defer { close(descriptor) }
    let bytes = Array(lines.map { "\($0)\n" }.joined().utf8)
    let size = lseek(descriptor, 0, SEEK_END)
    let count = unsafe Glibc.write(descriptor, bytes, bytes.count)
    guard count == bytes.count, fdatasync(descriptor) == 0 else {
      let code = count < 0 || count == bytes.count ? errno : ENOSPC
      // Half a line would spoil the next.
      ftruncate(descriptor, size)
      throw SystemError("write \(file)", code: code)
    }
  }

  /// Writes the list anew, without what has gone.
  private static func rewrite(_ paths: [String], _ file: String) throws(SystemError) {
    try Folder.write(paths.map { "+\($0)\n" }.joined(), to: file, isDurable: true)
  }

  private mutating func note(_ line: String) {
    apply(line)
    unsaved.append(line)
  }

  private mutating func apply(_ line: String) {
    let path = String(line.dropFirst())
    if line.hasPrefix("+"), known.insert(path) { paths.append(path) }
    if line.hasPrefix("-"), known.remove(path) {
      if paths.first == path { paths.removeFirst() } else { paths.removeAll { $0 == path } }
    }
  }

  private static func read(_ file: String) throws(SystemError) -> String {
    guard let facts = Folder.facts(of: file) else { return "" }
    return String(decoding: try Folder.bytes(of: file, from: 0, count: facts.size), as: UTF8.self)
  }
}
