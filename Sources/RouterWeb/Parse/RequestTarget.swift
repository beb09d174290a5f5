/// The target of a request line, taken apart. RFC 9112 section 3.2.
struct RequestTarget: Equatable, Sendable {
  /// Percent-decoded; begins with `/`, or is `*`. Holds no dot segments and no control characters.
  var path: String
  var query: [(name: String, value: String)]
  /// From the absolute form; wins over Host.
  var authority: String?

  static func == (a: RequestTarget, b: RequestTarget) -> Bool {
    a.path == b.path && a.authority == b.authority && a.query.elementsEqual(b.query) { $0 == $1 }
  }

  /// - Parameter bytes: Visible ASCII, at least one byte.
  /// - Throws: `Refusal` 400 if it is none of the forms we serve.
  init(_ bytes: [UInt8], method: String) throws(Refusal) {
    if bytes == [0x2A] {
      guard method == "OPTIONS" else { throw Refusal(400, "asterisk-form is for OPTIONS") }
      self.init(path: "*", query: [], authority: nil)
      return
    }
    guard !bytes.contains(0x23) else { throw Refusal(400, "fragment in request target") }
    if bytes.first == 0x2F {
      try self.init(origin: bytes[...], authority: nil)
      return
    }
    let text = String(decoding: bytes.prefix(8), as: UTF8.self).lowercased()
    let prefix = text.hasPrefix("http://") ? 7 : text.hasPrefix("https://") ? 8 : 0
    guard prefix > 0 else { throw Refusal(400, "malformed request target") }
    let rest = bytes[prefix...]
    let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F } ?? rest.endIndex
    let authority = String(decoding: rest[..<end], as: UTF8.self)
    let tail = rest[end...]
    try self.init(origin: tail.first == 0x2F ? tail : [0x2F] + tail, authority: authority)
  }

  private init(path: String, query: [(name: String, value: String)], authority: String?) {
    self.path = path
    self.query = query
    self.authority = authority
  }

  private init(origin bytes: ArraySlice<UInt8>, authority: String?) throws(Refusal) {
    let mark = bytes.firstIndex(of: 0x3F) ?? bytes.endIndex
    let path = try RequestTarget.decoded(bytes[..<mark], keepsSlash: true)
    // Also behind an encoded slash, which whoever gets the path may decode.
    let segments = try RequestTarget.decoded(bytes[..<mark]).utf8.split(
      separator: 0x2F, omittingEmptySubsequences: false)
    guard segments.allSatisfy({ !$0.elementsEqual([0x2E]) && !$0.elementsEqual([0x2E, 0x2E]) }) else {
      throw Refusal(400, "dot segment in path")
    }
    var query: [(name: String, value: String)] = []
    for item in bytes[mark...].dropFirst().split(separator: 0x26) {
      let equals = item.firstIndex(of: 0x3D) ?? item.endIndex
      let name = try RequestTarget.decoded(item[..<equals], plusIsBlank: true)
      let value = try RequestTarget.decoded(item[equals...].dropFirst(), plusIsBlank: true)
      query.append((name, value))
    }
    self.init(path: path, query: query, authority: authority)
  }

  /// Resolves `%41`. RFC 3986 section 2.1.
  /// - Parameter keepsSlash: An encoded slash is part of its segment and stays `%2F`.
  private static func decoded(
    _ bytes: ArraySlice<UInt8>, plusIsBlank: Bool = false, keepsSlash: Bool = false
  ) throws(Refusal) -> String {
    var plain: [UInt8] = []
    plain.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      var byte = bytes[index]
      if byte == 0x25 {
        guard index + 2 < bytes.endIndex, let high = ByteClass.hex(bytes[index + 1]),
          let low = ByteClass.hex(bytes[index + 2])
        else { throw Refusal(400, "bad percent-encoding") }
        byte = high << 4 | low
        index += 2
        if keepsSlash, byte == 0x2F {
          plain += [0x25, 0x32]
          byte = 0x46
        }
      } else if byte == 0x2B, plusIsBlank {
        byte = 0x20
      }
      let isControl = byte < 0x20 || byte == 0x7F
      guard !isControl || plusIsBlank && byte != 0 else { throw Refusal(400, "control character in request target") }
      plain.append(byte)
      index += 1
    }
    guard let text = String(validating: plain, as: UTF8.self) else { throw Refusal(400, "request target is not UTF-8") }
    return text
  }
}
