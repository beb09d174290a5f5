import Glibc
import RouterCore

/// A routes document on disk: read whole, checked against the registered types.
enum DocumentFile {
  /// Larger files are not routes documents.
  static let sizeAtMost = 16 << 20

  struct Loaded {
    var document: RoutesDocument?
    /// Everything found, as a compiler prints it.
    var report: String
    var problems: [Problem]
    var text: [UInt8]
  }

  /// Reads and checks; a file that cannot be read is a problem like any other.
  static func load(_ path: String, _ registrar: Registrar) -> Loaded {
    let text: [UInt8]
    do throws(SystemError) { text = try read(path, limit: sizeAtMost) } catch {
      let problem = Problem(path: path, message: "cannot be read: \(error)")
      return Loaded(document: nil, report: "\(path): error: cannot be read: \(error)", problems: [problem], text: [])
    }
    let (document, problems) = RoutesDocument.read(
      text, types: registrar, in: .process(folder: folder(of: path)))
    let report = problems.map { $0.text(file: path) }.joined(separator: "\n")
    return Loaded(document: document, report: report, problems: problems, text: text)
  }

  /// All bytes of a file of at most `limit` bytes.
  static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", code: errno) }
    defer { _ = close(descriptor) }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemError("read", code: errno)
      }
      if count == 0 { return all }
      all += buffer[..<count]
      if all.count > limit { throw SystemError("read", code: EFBIG) }
    }
  }

  /// The folder a document's relative paths count from.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
