import Glibc
import RouterCore

/// The routes document on disk. At every moment the file is the old text or the new one, whole; the one before stays
/// as `routes.json.bak`. Blocks: call on the blocking pool.
///
/// A path that is a symbolic link stays one: what it points to is replaced.
final class DocumentStore: Sendable {
  let path: String
  /// What the router itself read, wrote or applied last; the watch tells other texts only.
  private let current: PthreadLock<[UInt8]>

  /// - Parameters:
  ///   - path: The document; it need not be there yet.
  ///   - current: The text that runs.
  init(path: String, current: [UInt8] = []) {
    self.path = path
    self.current = PthreadLock(current)
  }

  /// The file's bytes now, read whole.
  func load() throws(SystemError) -> [UInt8] { try DocumentFile.read(path, limit: DocumentFile.sizeAtMost) }

  /// Whether a text is the one that runs.
  func isCurrent(_ text: [UInt8]) -> Bool { current.withLock { $0 == text } }

  /// A text that was read from the file is applied now.
  func accept(_ text: [UInt8]) { current.withLock { $0 = text } }

  /// Writes a text beside the file and fsyncs it; the document is still the old one.
  ///
  /// - Returns: What is to be published or discarded. One at a time.
  /// - Throws: `DocumentUnsaved` if the folder or the disk refuses; nothing is left behind then.
  func prepare(_ text: [UInt8]) throws(DocumentUnsaved) -> PreparedDocument {
    let file = ResolvedPath(path).file
    let rights = DocumentStore.rights(of: file)
    if let failure = AtomicFile.write(text, beside: file + ".new", rights: rights) {
      throw DocumentUnsaved(file: file, cause: failure)
    }
    return PreparedDocument(store: self, file: file, text: text)
  }

  /// Prepares and publishes.
  func save(_ text: [UInt8]) throws(DocumentUnsaved) { try prepare(text).publish() }

  /// Runs `body`, which renames, with `text` as the current one; the old one is current again if it fails.
  fileprivate func replacing(
    with text: [UInt8], _ body: () throws(DocumentUnsaved) -> Void
  ) throws(DocumentUnsaved) {
    let before = current.withLock { now in
      let before = now
      now = text
      return before
    }
    do throws(DocumentUnsaved) { try body() } catch {
      current.withLock { $0 = before }
      throw error
    }
  }

  private static func rights(of file: String) -> AtomicFile.Rights {
    var status = stat()
    guard unsafe stat(file, &status) == 0 else { return AtomicFile.Rights() }
    return AtomicFile.Rights(mode: status.st_mode & 0o7777, owner: status.st_uid, group: status.st_gid)
  }
}

/// A text that lies beside the document, on disk to its last byte. Blocks: call on the blocking pool.
struct PreparedDocument: Sendable {
  fileprivate let store: DocumentStore
  /// The file behind all symbolic links.
  let file: String
  let text: [UInt8]
  var beside: String { file + ".new" }
  var backup: String { file + ".bak" }

  /// Makes the text the document, and what was there the backup. When this returns nil, it is on disk.
  ///
  /// - Returns: A warning if the disk does not confirm the new name: a power cut could bring the old text back.
  /// - Throws: `DocumentUnsaved`; the document is the old one then.
  @discardableResult func publish() throws(DocumentUnsaved) -> Problem? {
    try store.replacing(with: text) { () throws(DocumentUnsaved) in
      keepBackup()
      guard unsafe rename(beside, file) == 0 else {
        let failure = SystemError("rename", code: errno)
        discard()
        throw DocumentUnsaved(file: file, cause: failure)
      }
    }
    return AtomicFile.syncFolder(of: file).map { failure in
      Problem(.warning, path: "", message: "\(file) is saved, but its folder could not be synced: \(failure)")
    }
  }

  /// Forgets the text.
  func discard() { unsafe unlink(beside) }

  /// A second name for the old file, then the backup's name for it: neither is missing for a moment. Where the file
  /// system knows no second names the bytes are copied. A document without a backup is better than none.
  private func keepBackup() {
    let second = backup + ".new"
    unsafe unlink(second)
    if unsafe link(file, second) == 0 {
      unsafe rename(second, backup)
      // Two names of one file: a rename between them does nothing.
      unsafe unlink(second)
    } else if errno != ENOENT, let old = try? DocumentFile.read(file, limit: DocumentFile.sizeAtMost) {
      _ = AtomicFile.write(old, to: backup)
    }
  }
}

/// Why a document could not be saved, in words.
struct DocumentUnsaved: Error, Sendable, Equatable, CustomStringConvertible {
  var file: String
  var cause: SystemError

  var description: String {
    let folder = DocumentFile.folder(of: file)
    switch cause.code {
    case EACCES, EPERM: return "\(file) cannot be saved: the folder \(folder) may not be written"
    case EROFS: return "\(file) cannot be saved: \(folder) is on a disk that is mounted read-only"
    case ENOSPC, EDQUOT: return "\(file) cannot be saved: the disk is full"
    case ENOENT: return "\(file) cannot be saved: there is no folder \(folder)"
    default: return "\(file) cannot be saved: \(cause)"
    }
  }

  var hint: String? {
    switch cause.code {
    case EACCES, EPERM: "allow this user to write there, or run with --no-save"
    case EROFS: "mount it writable, or run with --no-save"
    case ENOSPC, EDQUOT: "make room"
    default: nil
    }
  }

  var problem: Problem { Problem(path: "", message: description, hint: hint) }
}
