/// One end of a link as written: `phone` or `phone.audio`.
struct LinkEnd: Equatable {
  var node: NodeID
  /// nil means the main port.
  var port: String?
  /// Bytes from the beginning of the text it was found in.
  var offset = 0

  var text: String { port.map { "\(node).\($0)" } ?? node }
}

/// Why a text is no chain.
struct LinkMistake: Error, Equatable {
  var message: String
  var hint: String?
  var offset = 0
  /// The whole text as it was meant, where that is plain.
  var meant: String?
}

extension LinkEnd {
  /// Takes `a.port -> b -> c` apart: at least two ends.
  static func chain(_ text: String) throws(LinkMistake) -> [LinkEnd] {
    let bytes = Array(text.utf8)
    let arrows = bytes.indices.dropLast().filter {
      bytes[$0] == UInt8(ascii: "-") && bytes[$0 + 1] == UInt8(ascii: ">")
    }
    guard !arrows.isEmpty else { throw notAChain(text) }
    var ends: [LinkEnd] = []
    var from = 0
    for arrow in arrows + [bytes.count] {
      let part = trimmed(bytes[from..<arrow])
      if part.isEmpty {
        throw LinkMistake(message: "a node is missing", hint: "a chain is a -> b.port -> c", offset: from)
      }
      guard let end = LinkEnd(part) else {
        if otherArrow(in: text) != nil { throw notAChain(text) }
        let found = JSON.string(String(decoding: part, as: UTF8.self)).glimpse
        throw LinkMistake(message: "expected node or node.port, found \(found)", offset: part.startIndex)
      }
      ends.append(end)
      from = arrow + 2
    }
    return ends
  }

  /// Reads one end alone.
  static func single(_ text: String) throws(LinkMistake) -> LinkEnd {
    guard let end = LinkEnd(trimmed(Array(text.utf8)[...])) else {
      throw LinkMistake(message: "expected node or node.port, found \(JSON.string(text).glimpse)")
    }
    return end
  }

  /// Ids that are wrong may still be found among the nodes, so that only the node is told.
  private init?(_ part: ArraySlice<UInt8>) {
    let text = String(decoding: part, as: UTF8.self)
    let words = text.split(separator: ".", omittingEmptySubsequences: false)
    guard words.count <= 2, words.allSatisfy({ Problem.word(String($0)) == $0 }) else { return nil }
    node = String(words[0])
    port = words.count > 1 ? String(words[1]) : nil
    offset = part.startIndex
  }

  private static func trimmed(_ part: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let tail = part.drop(while: isSpace)
    return tail.dropLast(tail.reversed().prefix(while: isSpace).count)
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

  private static func otherArrow(in text: String) -> String? {
    ["-->", "=>", "→", "⇒", "—>", "–>"].first { text.contains($0) }
  }

  private static func notAChain(_ text: String) -> LinkMistake {
    let message = "expected a chain such as \"a -> b\", found \(JSON.string(text).glimpse)"
    guard let arrow = otherArrow(in: text) else { return LinkMistake(message: message) }
    return LinkMistake(message: message, hint: "write ->", meant: text.replacing(arrow, with: "->"))
  }
}
