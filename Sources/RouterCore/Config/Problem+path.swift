extension Problem {
  /// The same problem seen from the object that holds the value under `key`.
  public func under(_ key: String) -> Problem {
    var outer = self
    outer.pointer = "/" + JSONPointer.escape(key) + pointerFromPath
    outer.path = Problem.word(key) + joint + path
    outer.fix = fix.map { .object([JSON.Member(key, $0)]) }
    return outer
  }

  /// The same problem seen from the array that holds the value. A merge patch cannot name an item: no fix is left.
  public func under(_ index: Int) -> Problem {
    var outer = self
    outer.pointer = "/\(index)" + pointerFromPath
    outer.path = "[\(index)]" + joint + path
    outer.fix = nil
    return outer
  }

  /// The same with a pointer, where only the path was said.
  var withPointer: Problem {
    var whole = self
    whole.pointer = pointerFromPath
    return whole
  }

  private var joint: String { path.isEmpty || path.hasPrefix("[") ? "" : "." }

  /// Checks of node types name a path only.
  private var pointerFromPath: String {
    if !pointer.isEmpty || path.isEmpty { return pointer }
    let steps = path.split(whereSeparator: { $0 == "." || $0 == "[" || $0 == "]" })
    return steps.map { "/" + JSONPointer.escape(String($0)) }.joined()
  }

  /// A key as it stands in a path: bare if it is a plain word, else quoted.
  static func word(_ key: String) -> String {
    let isPlain = !key.isEmpty && key.utf8.allSatisfy { isWordByte($0) }
    return isPlain ? key : JSON.string(key).compact
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "$"): true
    default: false
    }
  }
}
