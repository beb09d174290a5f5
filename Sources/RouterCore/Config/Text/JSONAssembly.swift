/// Puts the slots of a container together again after an edit.
struct JSONAssembly {
  let editor: JSONEditor
  let slots: JSONSlots
  /// Where the container begins.
  let spot: JSONSpot

  /// - Parameter isExpanded: Elements that shared a line get lines of their own.
  func bytes(_ steps: [JSONStep], isExpanded: Bool) -> [UInt8] {
    var writer = Writer(newline: Array(editor.layout.newline.utf8), indent: elementIndent)
    writer.add([editor.text[slots.range.lowerBound]])
    writer.addTrivia(editor.text[slots.head])
    var isKept = [Bool](repeating: false, count: slots.slots.count)
    for step in steps { if let slot = step.slot { isKept[slot] = true } }
    let remains = remains(isKept)
    for (position, step) in steps.enumerated() {
      let needsComma = position < steps.count - 1 || slots.hasTrailingComma
      if let slot = step.slot {
        remains[slot]?.forEach { writer.addTrivia(editor.text[$0]) }
        add(step, slots.slots[slot], at: position, &writer, needsComma, isExpanded)
      } else {
        if slots.slots.isEmpty, position == 0 { writer.addTrivia(tailParts.comments) }
        writer.addTrivia(lead(at: position, isExpanded)[...])
        writer.add(label(step) + editor.fresh(step.value, at: self.spot(of: nil, step, isExpanded)))
        if needsComma { writer.add([UInt8(ascii: ",")]) }
      }
    }
    remains[slots.slots.count]?.forEach { writer.addTrivia(editor.text[$0]) }
    addTail(steps, &writer, isExpanded)
    writer.close(editor.text[slots.range.upperBound - 1], indent: spot.indent)
    return writer.bytes
  }

  // MARK: Elements

  private func add(
    _ step: JSONStep, _ slot: JSONSlots.Slot, at position: Int, _ writer: inout Writer, _ needsComma: Bool,
    _ isExpanded: Bool
  ) {
    let text = editor.text
    writer.addTrivia(lead(of: slot, was: step.slot ?? 0, at: position, isExpanded)[...])
    let value = slot.value.place.range
    if let key = slot.key, let wanted = step.key {
      writer.add(keyText(key) == wanted ? Array(text[key]) : Array(JSON.string(wanted).compact.utf8))
      writer.add(Array(text[key.upperBound..<value.lowerBound]))
    }
    writer.add(editor.change(slot.value, to: step.value, at: spot(of: slot, step, isExpanded)))
    if let comma = slot.comma {
      writer.addTrivia(text[slot.element.upperBound..<comma])
    }
    if needsComma { writer.add([UInt8(ascii: ",")]) }
    writer.addTrivia(text[slot.trail])
  }

  private func keyText(_ key: Range<Int>) -> String? { (try? JSON(strict: Array(editor.text[key])))?.text }

  private func label(_ step: JSONStep) -> [UInt8] {
    guard let key = step.key else { return [] }
    return Array(JSON.string(key).compact.utf8) + joint
  }

  /// Between key and value, as the first member has it.
  private var joint: [UInt8] {
    guard let slot = slots.slots.first, let key = slot.key else { return Array(": ".utf8) }
    let joint = Array(editor.text[key.upperBound..<slot.value.place.range.lowerBound])
    return joint.allSatisfy { $0 == UInt8(ascii: ":") || $0 == 0x20 } ? joint : Array(": ".utf8)
  }

  /// Where the value of an element will begin.
  private func spot(of slot: JSONSlots.Slot?, _ step: JSONStep, _ isExpanded: Bool) -> JSONSpot {
    let isBroken = slots.isMultiline || isExpanded
    let indent = isExpanded ? elementIndent : slot.flatMap { slots.indent(of: $0) } ?? elementIndent
    var inner = JSONSpot(indent: isBroken ? indent : spot.indent, isInline: !isBroken)
    inner.column = isBroken ? indent.scalars + label(step).scalars : 0
    return inner
  }

  // MARK: White space

  private var elementIndent: [UInt8] { slots.indent ?? spot.indent + Array(editor.layout.unit.utf8) }

  private func lineStart(_ indent: [UInt8]) -> [UInt8] { Array(editor.layout.newline.utf8) + indent }

  /// Before an element that is new.
  private func lead(at position: Int, _ isExpanded: Bool) -> [UInt8] {
    if slots.isMultiline || isExpanded { return lineStart(elementIndent) }
    return inlineLead(at: position)
  }

  /// The first element of a line and those behind commas keep different distances.
  private func inlineLead(at position: Int) -> [UInt8] {
    let model = position == 0 ? slots.slots.first : slots.slots.dropFirst().first
    guard let model, isPlain(model.lead), position == 0 || !trivia(model.lead).hasBreak else { return [0x20] }
    return Array(editor.text[model.lead])
  }

  private func lead(of slot: JSONSlots.Slot, was old: Int, at position: Int, _ isExpanded: Bool) -> [UInt8] {
    let pieces = trivia(slot.lead)
    let own = Array(editor.text[slot.lead])
    if pieces.hasBreak { return own }
    if isExpanded {
      let comments = pieces.filter(\.isComment).flatMap { editor.text[$0.range] + [0x20] }
      return lineStart(elementIndent) + comments
    }
    let isMoved = (old == 0) != (position == 0)
    return isMoved && !pieces.hasComment ? inlineLead(at: position) : own
  }

  private func trivia(_ range: Range<Int>) -> [TextTrivia.Piece] { slots.trivia.pieces(in: range) }
  private func isPlain(_ range: Range<Int>) -> Bool { !trivia(range).hasComment }

  /// Comments that outlive their element, by the slot they go before; those of the end by the number of slots.
  private func remains(_ isKept: [Bool]) -> [Int: [Range<Int>]] {
    var remains: [Int: [Range<Int>]] = [:]
    for index in isKept.indices where !isKept[index] {
      let (text, before) = slots.remains(of: index, isKept: isKept)
      if !text.isEmpty { remains[before ?? slots.slots.count, default: []].append(text) }
    }
    return remains
  }

  /// The comments of an empty container, and what follows them.
  private var tailParts: (comments: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
    let end = trivia(slots.tail).last(where: \.isComment)?.range.upperBound ?? slots.tail.lowerBound
    return (editor.text[slots.tail.lowerBound..<end], editor.text[end..<slots.tail.upperBound])
  }

  private func addTail(_ steps: [JSONStep], _ writer: inout Writer, _ isExpanded: Bool) {
    var rest = slots.slots.isEmpty && !steps.isEmpty ? tailParts.rest : editor.text[slots.tail]
    if steps.isEmpty, writer.bytes.count == 1, isPlain(slots.tail) { rest = [] }
    if isExpanded, !trivia(slots.tail).hasBreak {
      while rest.last == 0x20 || rest.last == 0x09 { rest.removeLast() }
      writer.addTrivia(rest)
      writer.addTrivia(lineStart(spot.indent)[...])
    } else if !writer.isInLineComment || trivia(slots.tail).hasBreak || !isPlain(slots.tail) {
      writer.addTrivia(rest)
    }
  }
}

extension JSONAssembly {
  /// Appends pieces; a line comment is never continued by what follows it.
  struct Writer {
    let newline: [UInt8]
    let indent: [UInt8]
    private(set) var bytes: [UInt8] = []
    private(set) var isInLineComment = false

    init(newline: [UInt8], indent: [UInt8]) {
      self.newline = newline
      self.indent = indent
    }

    mutating func add(_ piece: [UInt8]) {
      if isInLineComment { bytes += newline + indent }
      isInLineComment = false
      bytes += piece
    }

    mutating func addTrivia(_ piece: ArraySlice<UInt8>) {
      guard let first = piece.first else { return }
      if isInLineComment, first != 0x0A, first != 0x0D { bytes += newline + indent }
      let pieces = TextTrivia(text: Array(piece)).pieces(from: 0)
      isInLineComment = pieces.last?.kind == .lineComment
      bytes += piece
    }

    mutating func close(_ bracket: UInt8, indent: [UInt8]) {
      if isInLineComment { bytes += newline + indent }
      isInLineComment = false
      bytes.append(bracket)
    }
  }
}
