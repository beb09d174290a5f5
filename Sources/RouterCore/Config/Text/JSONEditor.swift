/// Writes a new value into the text of an old one. What did not change keeps its bytes: comments, order, indentation,
/// spelling of numbers.
///
/// Members of objects stay where they are; new ones come last, in the indentation of their neighbours. A member that
/// only got another key keeps its place. Items of arrays are kept, removed, added and moved together with the comments
/// that belong to them. Control side. Pure.
public struct JSONEditor {
  let text: [UInt8]
  let layout: JSONLayout

  /// - Parameters:
  ///   - text: UTF-8, as `JSONReader` takes documents. A text with problems is written anew as a whole.
  ///   - value: No key twice in one object, no deeper than the reader's limit.
  /// - Returns: A text without problems that means `value`: members may stand in another order, and 3.0 may stand for
  ///   3.
  public static func rewrite(_ text: [UInt8], as value: JSON) -> [UInt8] {
    let reading = JSONReader.read(text)
    if let root = reading.root, reading.problems.isEmpty {
      let edited = JSONEditor(text: text, root: root).edited(root, as: value)
      let check = JSONReader.read(edited)
      if check.problems.isEmpty, let now = check.root?.json, now.means(value) { return edited }
    }
    return Array((value.pretty() + "\n").utf8)
  }

  init(text: [UInt8], root: LocatedJSON) {
    self.text = text
    layout = JSONEditor.layout(of: text, root: root)
  }

  /// The whole text with the root replaced.
  func edited(_ root: LocatedJSON, as value: JSON) -> [UInt8] {
    let range = root.place.range
    return text[..<range.lowerBound] + change(root, to: value, at: JSONSpot(isRoot: true)) + text[range.upperBound...]
  }

  /// The bytes of a value after the change.
  func change(_ old: LocatedJSON, to new: JSON, at spot: JSONSpot) -> [UInt8] {
    if old.json.means(new) { return Array(text[old.place.range]) }
    guard let plan = plan(old, new), let slots = JSONSlots(old, in: text) else { return fresh(new, at: spot) }
    if slots.slots.isEmpty, !slots.hasComments { return fresh(new, at: spot) }
    let assembly = JSONAssembly(editor: self, slots: slots, spot: spot)
    let short = assembly.bytes(plan, isExpanded: false)
    if slots.isMultiline || spot.isInline { return short }
    let isTooLong = spot.column + short.scalars > layout.width && short.count > old.place.range.count
    return isTooLong ? assembly.bytes(plan, isExpanded: true) : short
  }

  /// A value that no text has yet.
  func fresh(_ value: JSON, at spot: JSONSpot) -> [UInt8] {
    if spot.isInline { return Array(layout.line(value).utf8) }
    let indent = String(decoding: spot.indent, as: UTF8.self)
    return Array(layout.block(value, indent: indent, column: spot.column, isRoot: spot.isRoot).utf8)
  }

  private func plan(_ old: LocatedJSON, _ new: JSON) -> [JSONStep]? {
    switch (old.content, new) {
    case (.object(let members), .object(let wanted)): JSONStep.steps(members, to: wanted)
    case (.array(let items), .array(let wanted)): JSONStep.steps(items, to: wanted)
    default: nil
    }
  }

  /// One step of indentation is what the first member of the root has; lines end as the first one does.
  private static func layout(of text: [UInt8], root: LocatedJSON) -> JSONLayout {
    var layout = JSONLayout()
    if let slots = JSONSlots(root, in: text), let indent = slots.slots.lazy.compactMap({ slots.indent(of: $0) }).first,
      !indent.isEmpty
    {
      layout.unit = String(decoding: indent, as: UTF8.self)
    }
    if let first = text.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }), text[first] == 0x0D {
      layout.newline = first + 1 < text.count && text[first + 1] == 0x0A ? "\r\n" : "\r"
    }
    return layout
  }
}

/// Where a value begins.
struct JSONSpot {
  /// White space that begins its line.
  var indent: [UInt8] = []
  /// Characters before it on the line.
  var column = 0
  /// It may not break its line.
  var isInline = false
  var isRoot = false
}

extension [UInt8] {
  /// Unicode scalars of UTF-8.
  var scalars: Int { count { $0 & 0xC0 != 0x80 } }
}
