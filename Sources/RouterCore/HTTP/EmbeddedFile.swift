/// A file of a page that is part of the program: asked for again each time, sent again only when it changed. Any thread.
public struct EmbeddedFile: Sendable {
  /// The content's type, with its charset.
  public let type: String
  public let bytes: [UInt8]
  /// An entity tag with its quotes; changes with the bytes.
  public let tag: String
  /// Goes with every answer, beside what all files of pages need.
  private let fields: [(String, String)]

  /// - Parameters:
  ///   - policy: Content-Security-Policy.
  ///   - fields: More fields of every answer.
  public init(_ type: String, _ bytes: [UInt8], policy: String, fields: [(String, String)] = []) {
    self.type = type
    self.bytes = bytes
    self.fields = [("Content-Security-Policy", policy), ("Referrer-Policy", "same-origin")] + fields
    tag = "\"\(EmbeddedFile.tag(of: bytes))\""
  }

  public static let html = "text/html; charset=utf-8"
  public static let script = "text/javascript; charset=utf-8"
  public static let style = "text/css; charset=utf-8"
  public static let svg = "image/svg+xml"

  public func answer(to request: HTTPRequest) -> HTTPResponse {
    EmbeddedFile.answer(to: request, type: type, bytes: bytes, tag: tag, fields: fields)
  }

  /// The same for bytes that come from elsewhere.
  /// - Parameter tag: An entity tag with its quotes.
  public static func answer(
    to request: HTTPRequest, type: String, bytes: [UInt8], tag: String, fields: [(String, String)]
  ) -> HTTPResponse {
    var all = HTTPFields([("ETag", tag), ("Cache-Control", "no-cache"), ("X-Content-Type-Options", "nosniff")])
    for (name, value) in fields { all.add(name, value) }
    let known = (request.fields["If-None-Match"] ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
    if known.contains(tag) || known.contains("W/" + tag) { return HTTPResponse(status: 304, fields: all) }
    all.add("Content-Type", type)
    return HTTPResponse(fields: all, body: .bytes(bytes))
  }

  /// FNV-1a of 64 bits, as 16 hexadecimal digits: tells versions apart, proves nothing.
  public static func tag(of bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
