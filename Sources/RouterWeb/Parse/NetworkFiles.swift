/// What the system's resolver is told by its files. Pure.
enum NetworkFiles {
  /// The domains that are tried behind a short name, out of the text of `/etc/resolv.conf`; the last line counts.
  ///
  /// In lower case, 16 at most. Source: resolv.conf(5).
  static func searchDomains(_ text: String) -> [String] {
    var domains: [Substring] = []
    for line in lines(text) {
      switch line.first {
      case "search": domains = Array(line.dropFirst())
      case "domain": domains = Array(line.dropFirst().prefix(1))
      default: break
      }
    }
    return Array(domains.compactMap { name($0) }.prefix(16))
  }

  /// All names in `/etc/hosts` that stand on a line with `host`, which is in lower case. Source: hosts(5).
  static func aliases(of host: String, _ text: String) -> [String] {
    lines(text).map { $0.dropFirst().compactMap { name($0) } }.filter { $0.contains(host) }.flatMap(\.self)
  }

  /// Words of each line without comments.
  private static func lines(_ text: String) -> [[Substring]] {
    text.split(whereSeparator: \.isNewline).map { line in
      line.prefix { $0 != "#" && $0 != ";" }.split { $0 == " " || $0 == "\t" }
    }
  }

  /// In lower case, without the dot of the root; nil if it is no host name.
  private static func name(_ word: Substring) -> String? {
    var name = word.lowercased()
    if name.hasSuffix(".") { name.removeLast() }
    let isLegal = name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      (1...63).contains(label.utf8.count)
        && label.utf8.allSatisfy { ByteClass.isDigit($0) || $0 == 0x2D || isLetter($0) }
    }
    return isLegal && name.utf8.count <= 253 ? name : nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
}
