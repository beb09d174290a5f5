/// What stands between the values of a text: white space and comments.
struct TextTrivia {
  struct Piece: Equatable {
    enum Kind { case space, lineBreak, lineComment, comment }
    var kind: Kind
    var range: Range<Int>
    var isComment: Bool { kind == .lineComment || kind == .comment }
  }

  let text: [UInt8]

  /// The pieces from an offset up to the first byte that is neither space nor comment, or up to `end`.
  func pieces(from start: Int, to end: Int? = nil) -> [Piece] {
    let end = end ?? text.count
    var pieces: [Piece] = []
    var at = start
    while at < end, let piece = piece(at, end) {
      pieces.append(piece)
      at = piece.range.upperBound
    }
    return pieces
  }

  func pieces(in range: Range<Int>) -> [Piece] { pieces(from: range.lowerBound, to: range.upperBound) }

  /// Where the value or bracket behind an offset begins.
  func skip(from start: Int) -> Int { pieces(from: start).last?.range.upperBound ?? start }

  /// The comments of the line an offset stands on, up to the end of the last one. Empty where a value follows on the
  /// line: they belong to that.
  func lineRest(from start: Int) -> Range<Int> {
    var end = start
    var at = start
    for piece in pieces(from: start) {
      if piece.kind == .lineBreak { return start..<end }
      if piece.kind == .comment, text[piece.range].contains(where: TextTrivia.isBreak) { return start..<end }
      at = piece.range.upperBound
      if piece.isComment { end = at }
    }
    let isEnd = at >= text.count || text[at] == UInt8(ascii: "}") || text[at] == UInt8(ascii: "]")
    return start..<(isEnd ? end : start)
  }

  private func piece(_ at: Int, _ end: Int) -> Piece? {
    switch text[at] {
    case UInt8(ascii: " "), UInt8(ascii: "\t"):
      let stop = text[at..<end].firstIndex { $0 != 0x20 && $0 != 0x09 } ?? end
      return Piece(kind: .space, range: at..<stop)
    case UInt8(ascii: "\r") where at + 1 < end && text[at + 1] == UInt8(ascii: "\n"):
      return Piece(kind: .lineBreak, range: at..<at + 2)
    case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return Piece(kind: .lineBreak, range: at..<at + 1)
    case UInt8(ascii: "/") where at + 1 < end && text[at + 1] == UInt8(ascii: "/"):
      return Piece(kind: .lineComment, range: at..<(text[at..<end].firstIndex(where: TextTrivia.isBreak) ?? end))
    case UInt8(ascii: "/") where at + 1 < end && text[at + 1] == UInt8(ascii: "*"):
      return Piece(kind: .comment, range: at..<commentEnd(at + 2, end))
    default: return nil
    }
  }

  private func commentEnd(_ from: Int, _ end: Int) -> Int {
    var at = from
    while at + 1 < end {
      if text[at] == UInt8(ascii: "*"), text[at + 1] == UInt8(ascii: "/") { return at + 2 }
      at += 1
    }
    return end
  }

  private static func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}

extension [TextTrivia.Piece] {
  var hasBreak: Bool { contains { $0.kind == .lineBreak } }
  var hasComment: Bool { contains(where: \.isComment) }

  /// An empty line stands between the breaks.
  var hasEmptyLine: Bool {
    var breaks = 0
    for piece in self {
      switch piece.kind {
      case .lineBreak: breaks += 1
      case .space: break
      default: breaks = 0
      }
      if breaks > 1 { return true }
    }
    return false
  }
}
