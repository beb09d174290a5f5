internal import Glibc
import RouterCore

/// The place a file is kept at. Blocks; not on the data path.
struct FilePlace: Sendable {
  /// Absolute.
  let path: String

  /// Makes the folders above, and looks whether a file can be written there. - Returns: nil, or what failed.
  func ready() -> SystemError? {
    if let failure = makeFolders() { return failure }
    var facts = stat()
    if unsafe stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR { return SystemError("open", code: EISDIR) }
    let trial = path + ".new"
    if let failure = AtomicFile.write([], beside: trial, rights: .init(), isDurable: false) { return failure }
    unsafe unlink(trial)
    return nil
  }

  /// Deletes the file; one that is gone is no failure.
  func clear() -> SystemError? {
    unsafe unlink(path) == 0 || errno == ENOENT ? nil : SystemError("unlink", code: errno)
  }

  private func makeFolders() -> SystemError? {
    let folder = AtomicFile.folder(of: path)
    let ends = folder.indices.filter { folder[$0] == "/" && $0 != folder.startIndex } + [folder.endIndex]
    for end in ends where unsafe mkdir(String(folder[..<end]), 0o755) != 0 && errno != EEXIST {
      return SystemError("mkdir \(folder[..<end])", code: errno)
    }
    return nil
  }

  /// What a failure means for the node, and what to do.
  func failure(_ cause: SystemError) -> NodeFailure {
    let (kind, hint): (NodeFailure.Kind, String) =
      switch cause.code {
      case ENOSPC, EDQUOT: (.missing, "the disk is full; it is tried again")
      case EIO, ENODEV, ESTALE: (.missing, "look at the disk; it is tried again")
      case EROFS: (.blocked, "the file system is read-only")
      case EACCES, EPERM: (.blocked, "give the router the right to write in that folder")
      case EISDIR: (.blocked, "a folder has that name")
      default: (.blocked, "check \"path\"")
      }
    return NodeFailure(kind, "\(path) cannot be written: \(cause)", hint: hint)
  }
}
