extension JSON {
  /// Indented by two spaces, members of objects on lines of their own; arrays and objects without inner ones that
  /// fit into `width` characters stay on one line. Ends without a line break.
  public func pretty(width: Int = 100) -> String {
    var out = ""
    write(to: &out, indent: 0, used: 0, width: width, isRoot: true)
    return out
  }

  private func write(to out: inout String, indent: Int, used: Int, width: Int, isRoot: Bool) {
    if !isRoot, let line = oneLine, indent + used + line.count <= width {
      out += line
      return
    }
    switch self {
    case .array(let items) where !items.isEmpty:
      out += "["
      for (index, item) in items.enumerated() {
        JSON.breakLine(&out, after: index, indent: indent + 2)
        item.write(to: &out, indent: indent + 2, used: 0, width: width, isRoot: false)
      }
      JSON.breakLine(&out, after: 0, indent: indent)
      out += "]"
    case .object(let members) where !members.isEmpty:
      out += "{"
      for (index, member) in members.enumerated() {
        JSON.breakLine(&out, after: index, indent: indent + 2)
        let key = JSON.string(member.key).compact + ": "
        out += key
        member.value.write(to: &out, indent: indent + 2, used: key.count, width: width, isRoot: false)
      }
      JSON.breakLine(&out, after: 0, indent: indent)
      out += "}"
    default: out += compact
    }
  }

  private static func breakLine(_ out: inout String, after index: Int, indent: Int) {
    out += (index > 0 ? ",\n" : "\n") + String(repeating: " ", count: indent)
  }

  /// nil if it holds arrays or objects that are not empty.
  private var oneLine: String? {
    switch self {
    case .array(let items) where !items.isEmpty:
      guard items.allSatisfy(\.isFlat) else { return nil }
      return "[" + items.map(\.compact).joined(separator: ", ") + "]"
    case .object(let members) where !members.isEmpty:
      guard members.allSatisfy(\.value.isFlat) else { return nil }
      return "{ " + members.map { "\(JSON.string($0.key).compact): \($0.value.compact)" }.joined(separator: ", ") + " }"
    default: return compact
    }
  }

  private var isFlat: Bool {
    switch self {
    case .array(let items): items.isEmpty
    case .object(let members): members.isEmpty
    default: true
    }
  }
}
