/// A body with titles in it, taken apart as a player does.
struct ICYReader {
  private(set) var data: [UInt8] = []
  /// Every title told, in order; blocks that say nothing new are left out.
  private(set) var titles: [String] = []

  /// - Parameter begun: Bytes of the body that are not in `body`.
  init(_ body: [UInt8], interval: Int, begun: Int = 0) {
    var place = 0
    var left = interval - begun % interval
    while place < body.count {
      let end = min(body.count, place + left)
      data += body[place..<end]
      place = end
      guard place < body.count else { return }
      let size = Int(body[place]) * 16
      let block = body[place + 1..<min(body.count, place + 1 + size)]
      if size > 0 { titles.append(ICYReader.title(block)) }
      place += 1 + size
      left = interval
    }
  }

  private static func title(_ block: ArraySlice<UInt8>) -> String {
    let text = String(decoding: block.prefix { $0 != 0 }, as: UTF8.self)
    guard text.hasPrefix("StreamTitle='"), text.hasSuffix("';") else { return "broken: \(text)" }
    return String(text.dropFirst(13).dropLast(2))
  }
}
