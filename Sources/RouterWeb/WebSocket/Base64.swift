/// Base64 with padding. Source: RFC 4648 section 4.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        let isPadding = place > group.count
        text.append(isPadding ? UInt8(ascii: "=") : alphabet[word >> (18 - 6 * place) & 63])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// - Returns: nil unless the text is base64 in its one right form: padded, no spaces, no stray bits.
  static func decode(_ text: String) -> [UInt8]? {
    let characters = Array(text.utf8)
    guard characters.count % 4 == 0 else { return nil }
    let padding = characters.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    var bytes: [UInt8] = []
    var word = 0
    for (index, character) in characters.dropLast(padding).enumerated() {
      guard let value = alphabet.firstIndex(of: character) else { return nil }
      word = word << 6 | value
      guard index % 4 == 3 else { continue }
      bytes.append(contentsOf: [UInt8(word >> 16), UInt8(word >> 8 & 255), UInt8(word & 255)])
      word = 0
    }
    switch padding {
    case 1:
      if word & 3 != 0 { return nil }
      bytes.append(contentsOf: [UInt8(word >> 10), UInt8(word >> 2 & 255)])
    case 2:
      if word & 15 != 0 { return nil }
      bytes.append(UInt8(word >> 4))
    default: break
    }
    return bytes
  }
}
