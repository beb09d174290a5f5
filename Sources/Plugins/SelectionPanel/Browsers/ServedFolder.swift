import Glibc

/// A folder whose files anybody may read. Nothing outside it, nothing hidden, no links.
struct ServedFolder: Sendable {
  var path: String

  /// The path of a regular file; nil if there is none that may be read. Blocks.
  ///
  /// - Parameter name: As it stands in a request's path, decoded; may name folders below.
  func file(_ name: String) -> String? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !name.utf8.contains(0), name.utf8.count < 1024 else { return nil }
    var found = path
    for (index, part) in parts.enumerated() {
      // Begins with a dot: hidden files, uploads that are not complete, `.` and `..`.
      guard !part.isEmpty, !part.hasPrefix(".") else { return nil }
      found += "/" + part
      var facts = stat()
      guard unsafe lstat(found, &facts) == 0 else { return nil }
      guard facts.st_mode & S_IFMT == (index == parts.count - 1 ? S_IFREG : S_IFDIR) else { return nil }
    }
    return found
  }
}
