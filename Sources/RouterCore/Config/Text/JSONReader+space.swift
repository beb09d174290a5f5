extension JSONReader {
  /// Skips white space and comments.
  mutating func skipSpace() {
    while at < text.count {
      switch text[at] {
      case 0x20, 0x09, 0x0A, 0x0D: at += 1
      case UInt8(ascii: "/") where at + 1 < text.count && text[at + 1] == UInt8(ascii: "/"): skipLineComment()
      case UInt8(ascii: "/") where at + 1 < text.count && text[at + 1] == UInt8(ascii: "*"): skipComment()
      default: return
      }
    }
  }

  private mutating func skipLineComment() {
    if dialect == .strict { report("comments are not allowed here", at: at) }
    while at < text.count, text[at] != UInt8(ascii: "\n"), text[at] != UInt8(ascii: "\r") { at += 1 }
  }

  private mutating func skipComment() {
    if dialect == .strict { report("comments are not allowed here", at: at) }
    let from = at
    at += 2
    while at + 1 < text.count {
      if text[at] == UInt8(ascii: "*"), text[at + 1] == UInt8(ascii: "/") {
        at += 2
        return
      }
      at += 1
    }
    stop("the comment is not closed", at: from)
  }

  var isFull: Bool { problems.count >= limits.problems }

  /// - Parameter isPlain: What was meant is beyond doubt.
  mutating func report(_ message: String, at offset: Int, hint: String? = nil, isPlain: Bool = true) {
    guard !isFull, !isOver else { return }
    self.isPlain = self.isPlain && isPlain
    let place = place(offset..<offset)
    problems.append(Problem(path: "", line: place.line, column: place.column, message: message, hint: hint))
    if isFull {
      self.isPlain = false
      problems.append(Problem(path: "", line: place.line, column: place.column, message: "too many problems"))
    }
  }

  /// Reports what makes the rest of the text meaningless.
  mutating func stop(_ message: String, at offset: Int) {
    report(message, at: offset, isPlain: false)
    isOver = true
    at = text.count
  }

  mutating func place(_ range: Range<Int>) -> TextPlace { cursor.place(range, in: text) }
}
