/// A pattern of names: `*` stands for any text, slashes too, and `?` for one character. Pure.
struct NamePattern: Sendable, Equatable {
  private let pattern: [Unicode.Scalar]

  init(_ text: String) { pattern = Array(text.unicodeScalars) }

  /// The only name it fits; nil if there are more.
  var onlyName: String? {
    if pattern.contains(where: { $0 == "*" || $0 == "?" }) { return nil }
    var name = ""
    name.unicodeScalars.append(contentsOf: pattern)
    return name
  }

  /// - Complexity: O(pattern × name).
  func fits(_ name: String) -> Bool {
    if pattern == ["*"] { return true }
    let name = Array(name.unicodeScalars)
    var (at, place) = (0, 0)
    /// The last star, and where the name went on behind it.
    var star: (at: Int, place: Int)?
    while place < name.count {
      if at < pattern.count, pattern[at] == "*" {
        star = (at, place)
        at += 1
      } else if at < pattern.count, pattern[at] == "?" || pattern[at] == name[place] {
        at += 1
        place += 1
      } else if let last = star {
        star = (last.at, last.place + 1)
        (at, place) = (last.at + 1, last.place + 1)
      } else {
        return false
      }
    }
    return pattern[at...].allSatisfy { $0 == "*" }
  }
}
