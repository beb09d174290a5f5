import RouterCore
import Support

/// Makes random values, and texts of them as people write: comments, trailing commas, odd spelling and indentation.
struct RandomDocument {
  private var random: SeededGenerator
  private var comments = 0
  /// By the keys that lead to a member: its text and the comments that belong to it, as written.
  private(set) var pieces: [[String]: [String]] = [:]

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  /// An object and a text that means it.
  mutating func document() -> (JSON, [UInt8]) {
    pieces = [:]
    let members = (0..<number(0...5)).map { JSON.Member("k\($0)", value(depth: 1)) }
    let json = JSON.object(members)
    let text = space() + write(json, path: [], isLine: chance(5), indent: "") + space() + (chance(2) ? "\n" : "")
    return (json, Array(text.utf8))
  }

  mutating func value(depth: Int) -> JSON {
    switch number(0...(depth > 3 ? 5 : 9)) {
    case 0: return [.null, true, false][number(0...2)]
    case 1: return .integer(Int64(number(-3...3)))
    case 2: return .number([0.5, -2, 1e300, 3, 9_007_199_254_740_992, 1e-9][number(0...5)])
    case 3...5: return .string(["", "a -> b", "// no comment", "\"é\\\n\u{1F600}", "x", "/* no"][number(0...5)])
    case 6, 7: return .array((0..<number(0...4)).map { _ in value(depth: depth + 1) })
    default:
      return .object((0..<number(0...4)).map { JSON.Member("k\($0)", value(depth: depth + 1)) })
    }
  }

  /// The value with one to three things changed somewhere.
  mutating func changed(_ json: JSON) -> JSON {
    var json = json
    for _ in 0..<number(0...3) { json = changedOnce(json, depth: 0) }
    return json
  }

  private mutating func changedOnce(_ json: JSON, depth: Int) -> JSON {
    switch json {
    case .object(var members):
      let choice = number(0...6)
      if choice == 0 || members.isEmpty {
        let key = "n\(number(0...99))"
        if !members.contains(where: { $0.key == key }) { members.append(.init(key, value(depth: depth + 1))) }
        return .object(members)
      }
      let at = number(0...members.count - 1)
      if choice == 1 {
        members.remove(at: at)
      } else if choice == 2 {
        let key = "r\(number(0...99))"
        if !members.contains(where: { $0.key == key }) { members[at].key = key }
      } else {
        members[at].value = changedOnce(members[at].value, depth: depth + 1)
      }
      return .object(members)
    case .array(var items):
      let choice = number(0...5)
      if choice == 0 || items.isEmpty {
        items.insert(value(depth: depth + 1), at: number(0...items.count))
        return .array(items)
      }
      let at = number(0...items.count - 1)
      switch choice {
      case 1: items.remove(at: at)
      case 2: items.swapAt(at, number(0...items.count - 1))
      default: items[at] = changedOnce(items[at], depth: depth + 1)
      }
      return .array(items)
    default: return depth == 0 ? json : value(depth: depth)
    }
  }

  // MARK: Writing

  private mutating func write(_ json: JSON, path: [String]?, isLine: Bool, indent: String) -> String {
    switch json {
    case .array(let items):
      return list(items.count, "[", "]", isLine, indent) { writer, index, isLine, indent, _ in
        writer.write(items[index], path: nil, isLine: isLine, indent: indent)
      }
    case .object(let members):
      return list(members.count, "{", "}", isLine, indent) { writer, index, isLine, indent, comments in
        let member = members[index]
        let inner = path.map { $0 + [member.key] }
        let key = JSON.string(member.key).compact + writer.pick([": ", ":", " : ", ":  "])
        let text = key + writer.write(member.value, path: inner, isLine: isLine, indent: indent)
        if let inner { writer.pieces[inner] = [text] + comments }
        return text
      }
    case .number(let value) where Int64(exactly: value) != nil && abs(value) < 1e9: return "\(Int(value)).0"
    case .string(let text) where chance(3): return JSON.string(text).compact.replacing("/", with: "\\/")
    default: return json.compact
    }
  }

  private mutating func list(
    _ count: Int, _ open: String, _ close: String, _ isLine: Bool, _ indent: String,
    _ element: (inout RandomDocument, Int, Bool, String, [String]) -> String
  ) -> String {
    let isLine = isLine || chance(3)
    let inner = indent + pick(["  ", "\t", "    ", ""])
    var out = open + (!isLine && chance(6) ? " " + lineComment() : "")
    for index in 0..<count {
      let above = chance(4) ? (isLine ? blockComment() : lineComment()) : ""
      let behind = chance(5) ? (isLine ? blockComment() : lineComment()) : ""
      let own = [above, behind].filter { !$0.isEmpty }
      let isLast = index == count - 1
      if isLine {
        out += (index == 0 ? pick(["", " "]) : " ") + above
        out += element(&self, index, true, inner, isLast ? [above].filter { !$0.isEmpty } : own.filter { $0 == above })
        out += behind + (!isLast || chance(4) ? "," : "")
      } else {
        out += pick(["\n", "\n", "\n\n", "\r\n"]) + inner
        if !above.isEmpty { out += above + pick(["\n", "\n", "\n\n"]) + inner }
        out += element(&self, index, false, inner, own)
        out += (!isLast || chance(3) ? pick([",", ",", " ,"]) : "") + behind
      }
    }
    if !isLine { return out + "\n" + (chance(5) ? inner + lineComment() + "\n" : "") + indent + close }
    return out + pick(["", " ", blockComment()]) + close
  }

  private mutating func lineComment() -> String {
    comments += 1
    return chance(4) ? "/* c\(comments); */" : "// c\(comments); \" { ["
  }

  private mutating func blockComment() -> String {
    comments += 1
    return "/* c\(comments); ] */"
  }

  private mutating func space() -> String { chance(3) ? lineComment() + "\n" : pick(["", "\n", " "]) }
  private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  private mutating func chance(_ parts: Int) -> Bool { number(1...parts) == 1 }
  private mutating func pick(_ words: [String]) -> String { words[number(0...words.count - 1)] }
}
