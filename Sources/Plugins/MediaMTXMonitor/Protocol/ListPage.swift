/// One page of any list.
struct ListPage<Item> {
  var items: [Item] = []
  /// Pages there are; nil if the answer does not say.
  var pageCount: Int?

  /// Reads an answer; `item` reads one object, and returns nil for one that makes no sense.
  ///
  /// - Throws: `AnswerFlaw` unless the answer is an object that has `items`; null counts as none.
  static func read(
    _ body: [UInt8], _ item: (inout AnswerReader) throws(AnswerFlaw) -> Item?
  ) throws(AnswerFlaw) -> ListPage {
    var reader = AnswerReader(body)
    var page = ListPage()
    var hasItems = false
    let isObject = try reader.object { reader, key throws(AnswerFlaw) in
      switch key {
      case "items":
        hasItems = true
        try reader.array { reader throws(AnswerFlaw) in
          if let item = try item(&reader) { page.items.append(item) }
        }
      case "pageCount": page.pageCount = try reader.counter().flatMap { Int(exactly: $0) }
      default: try reader.skip()
      }
    }
    try reader.end()
    guard isObject, hasItems else { throw AnswerFlaw("the answer is no list") }
    return page
  }
}

/// What MediaMTX says of a refusal: `{"status":"error","error":"text"}`, before 1.15.5 without the status.
enum ErrorAnswer {
  /// The text; nil if the body says nothing of the kind.
  static func text(_ body: [UInt8]) -> String? {
    var reader = AnswerReader(body)
    var text: String?
    do throws(AnswerFlaw) {
      try reader.object { reader, key throws(AnswerFlaw) in
        if "error" ~= key { text = try reader.word() } else { try reader.skip() }
      }
    } catch { return nil }
    return text
  }
}
