import Glibc
import RouterCore

/// A path followed through its symbolic links, with every name looked up on the way. Blocks.
struct ResolvedPath: Equatable {
  /// A name in a folder: when it changes, the path may lead elsewhere.
  struct Lookup: Hashable {
    var folder: String
    var name: String
  }

  /// The path behind all links; it need not be there.
  private(set) var file: String
  /// The symbolic links on the way and the file itself.
  private(set) var lookups: Set<Lookup> = []
  private var links = 0

  init(_ path: String) {
    file = path.hasPrefix("/") ? "" : "."
    walk(path)
  }

  private mutating func walk(_ path: String) {
    let steps = path.split(separator: "/").filter { $0 != "." }.map(String.init)
    for (index, step) in steps.enumerated() {
      let folder = file.isEmpty ? "/" : file
      let next = file + "/" + step
      let target = links < 40 ? ResolvedPath.target(of: next) : nil
      if target != nil || index == steps.count - 1 { lookups.insert(Lookup(folder: folder, name: step)) }
      guard let target else {
        file = next
        continue
      }
      links += 1
      if target.hasPrefix("/") { file = "" }
      walk(target)
    }
  }

  private static func target(of link: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
        unsafe characters.baseAddress.map { unsafe readlink(link, $0, characters.count) } ?? -1
      }
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }
}
