import RouterCore

/// A file of the page, embedded in the program.
struct PageFile: Sendable {
  let type: String
  let bytes: [UInt8]
  /// Changes with the bytes.
  let tag: String

  private init(_ type: String, _ bytes: [UInt8]) {
    self.type = type
    self.bytes = bytes
    tag = "\"\(PageFile.tag(bytes))\""
  }

  static let index = PageFile("text/html; charset=utf-8", PackageResources.index_html)

  /// Below `/dashboard/`.
  static let named: [String: PageFile] = {
    let script = "text/javascript; charset=utf-8"
    return [
      "page.css": PageFile("text/css; charset=utf-8", PackageResources.page_css),
      "page.js": PageFile(script, PackageResources.page_js),
      "words.js": PageFile(script, PackageResources.words_js),
      "live.js": PageFile(script, PackageResources.live_js),
      "player.js": PageFile(script, PackageResources.player_js),
      "ring.js": PageFile(script, PackageResources.ring_js),
      "panels.js": PageFile(script, PackageResources.panels_js),
      "scope.js": PageFile(script, PackageResources.scope_js),
      "icon.svg": PageFile("image/svg+xml", PackageResources.icon_svg),
    ]
  }()

  /// Nothing from elsewhere, nothing inline, no frame around it.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    + "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  /// Asked for again each time, sent again only when it changed.
  func answer(to request: HTTPRequest) -> HTTPResponse {
    PageFile.answer(
      to: request, type: type, bytes: bytes, tag: tag,
      fields: [
        ("Content-Security-Policy", PageFile.policy), ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
      ])
  }

  /// - Parameter tag: An entity tag with its quotes.
  static func answer(
    to request: HTTPRequest, type: String, bytes: [UInt8], tag: String, fields: [(String, String)] = []
  ) -> HTTPResponse {
    var all = HTTPFields([
      ("ETag", tag), ("Cache-Control", "no-cache"), ("X-Content-Type-Options", "nosniff"),
    ])
    for (name, value) in fields { all.add(name, value) }
    let known = (request.fields["If-None-Match"] ?? "").split(separator: ",").map { String($0).trimmed }
    if known.contains(tag) || known.contains("W/" + tag) { return HTTPResponse(status: 304, fields: all) }
    all.add("Content-Type", type)
    return HTTPResponse(fields: all, body: .bytes(bytes))
  }

  /// FNV-1a of 64 bits, as 16 hexadecimal digits: tells versions apart, proves nothing.
  static func tag(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
