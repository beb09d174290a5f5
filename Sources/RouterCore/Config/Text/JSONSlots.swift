/// The text of an array or object cut into one slot per element, so that elements can be left out, moved and added
/// with everything that belongs to them.
struct JSONSlots {
  struct Slot {
    /// Space and comments before the element.
    var lead: Range<Int>
    /// The element: the value, of an object with its key.
    var element: Range<Int>
    /// nil in arrays.
    var key: Range<Int>?
    var value: LocatedJSON
    /// Behind the element where there is one.
    var comma: Int?
    /// Comments that follow on the line, behind the comma.
    var trail: Range<Int>
  }

  let trivia: TextTrivia
  /// Brackets included.
  let range: Range<Int>
  /// A comment on the line of the opening bracket.
  let head: Range<Int>
  private(set) var slots: [Slot] = []
  /// What follows the last element.
  private(set) var tail: Range<Int>

  /// nil unless the value is an array or object.
  init?(_ value: LocatedJSON, in text: [UInt8]) {
    trivia = TextTrivia(text: text)
    range = value.place.range
    let start = range.lowerBound + 1
    let line = trivia.lineRest(from: start)
    let isOpenLine = trivia.pieces(from: line.upperBound).first { $0.kind != .space }?.kind == .lineBreak
    head = isOpenLine ? line : start..<start
    tail = head.upperBound..<range.upperBound - 1
    switch value.content {
    case .array(let items): for item in items { add(item, key: nil) }
    case .object(let members): for member in members { add(member.value, key: member.keyPlace.range) }
    default: return nil
    }
  }

  private mutating func add(_ value: LocatedJSON, key: Range<Int>?) {
    let element = (key?.lowerBound ?? value.place.range.lowerBound)..<value.place.range.upperBound
    let next = trivia.skip(from: element.upperBound)
    let hasComma = next < trivia.text.count && trivia.text[next] == UInt8(ascii: ",")
    let trail = trivia.lineRest(from: hasComma ? next + 1 : element.upperBound)
    slots.append(
      Slot(
        lead: tail.lowerBound..<element.lowerBound, element: element, key: key, value: value,
        comma: hasComma ? next : nil, trail: trail))
    tail = trail.upperBound..<range.upperBound - 1
  }
}

extension JSONSlots {
  /// An element stands on a line of its own, or would.
  var isMultiline: Bool {
    if slots.isEmpty { return trivia.pieces(in: tail).hasBreak }
    return slots.contains { trivia.pieces(in: $0.lead).hasBreak }
  }

  var hasTrailingComma: Bool { slots.last?.comma != nil }

  var hasComments: Bool {
    !head.isEmpty || trivia.pieces(in: tail).hasComment
      || slots.contains { trivia.pieces(in: $0.lead).hasComment || !$0.trail.isEmpty }
  }

  /// The white space that begins the lines of elements; nil where no element begins a line.
  var indent: [UInt8]? { slots.lazy.reversed().compactMap { indent(of: $0) }.first }

  /// The white space that begins the slot's line; nil where it stands on a line that another began.
  func indent(of slot: Slot) -> [UInt8]? {
    let pieces = trivia.pieces(in: slot.lead)
    guard let last = pieces.lastIndex(where: { $0.kind == .lineBreak }) else { return nil }
    guard last + 1 < pieces.count, pieces[last + 1].kind == .space else { return [] }
    return Array(trivia.text[pieces[last + 1].range])
  }

  /// What stays of the comments above a slot that goes, and the slot they stay with.
  ///
  /// Comments that an empty line parts from the element speak of what follows in general and stay. Those directly
  /// above speak of the element and go with it, unless the next one follows without comment or empty line: then they
  /// speak of a group.
  /// - Parameter isKept: By slot.
  /// - Returns: The bytes, and the slot they go before; nil for the end.
  func remains(of index: Int, isKept: [Bool]) -> (text: Range<Int>, before: Int?) {
    let slot = slots[index]
    let pieces = trivia.pieces(in: slot.lead)
    let next = slots.indices.dropFirst(index + 1).first { isKept[$0] }
    if pieces.hasBreak, let next, isGroup(index + 1...next) {
      let end = pieces.last(where: \.isComment)?.range.upperBound
      let isApart = pieces.hasEmptyLine
      return (slot.lead.lowerBound..<(end ?? (isApart ? firstBreakEnd(pieces) : slot.lead.lowerBound)), next)
    }
    return (slot.lead.lowerBound..<partedEnd(pieces, from: slot.lead.lowerBound), next)
  }

  /// Elements that follow each other line by line without comments of their own.
  private func isGroup(_ indices: ClosedRange<Int>) -> Bool {
    indices.allSatisfy { index in
      let pieces = trivia.pieces(in: slots[index].lead)
      return pieces.hasBreak && !pieces.hasComment && !pieces.hasEmptyLine
    }
  }

  private func firstBreakEnd(_ pieces: [TextTrivia.Piece]) -> Int {
    pieces.first { $0.kind == .lineBreak }?.range.upperBound ?? 0
  }

  /// The end of the last comment with an empty line behind it.
  private func partedEnd(_ pieces: [TextTrivia.Piece], from start: Int) -> Int {
    var end = start
    var lastComment: Int?
    var breaks = 0
    for piece in pieces {
      if piece.isComment { (lastComment, breaks) = (piece.range.upperBound, 0) }
      if piece.kind == .lineBreak { breaks += 1 }
      if breaks == 2, let lastComment { end = lastComment }
    }
    return end
  }
}
