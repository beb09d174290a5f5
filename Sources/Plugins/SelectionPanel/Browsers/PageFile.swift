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
    // FNV-1a: tells versions apart, proves nothing.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    tag = "\"\(String(hash, radix: 16))\""
  }

  static let panel = PageFile("text/html; charset=utf-8", PackageResources.panel_html)
  static let library = PageFile("text/html; charset=utf-8", PackageResources.library_html)
  static let icon = PageFile("image/svg+xml", PackageResources.panel_svg)

  /// Below `/page/`.
  static let named: [String: PageFile] = {
    let script = "text/javascript; charset=utf-8"
    return [
      "look.css": PageFile("text/css; charset=utf-8", PackageResources.look_css),
      "panel.css": PageFile("text/css; charset=utf-8", PackageResources.panel_css),
      "library.css": PageFile("text/css; charset=utf-8", PackageResources.library_css),
      "panel.js": PageFile(script, PackageResources.panel_js),
      "link.js": PageFile(script, PackageResources.link_js),
      "sound.js": PageFile(script, PackageResources.sound_js),
      "store.js": PageFile(script, PackageResources.store_js),
      "details.js": PageFile(script, PackageResources.details_js),
      "library.js": PageFile(script, PackageResources.library_js),
      "words.js": PageFile(script, PackageResources.words_js),
      "panel.svg": icon,
    ]
  }()

  /// Nothing from elsewhere, nothing inline, no frame around it.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob: data:; "
    + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  /// Asked for again each time, sent again only when it changed.
  func answer(to request: HTTPRequest) -> HTTPResponse {
    var fields = HTTPFields([
      ("ETag", tag), ("Cache-Control", "no-cache"), ("X-Content-Type-Options", "nosniff"),
      ("Content-Security-Policy", PageFile.policy), ("Referrer-Policy", "no-referrer"),
    ])
    if (request.fields["If-None-Match"] ?? "").contains(tag) { return HTTPResponse(status: 304, fields: fields) }
    fields.add("Content-Type", type)
    return HTTPResponse(fields: fields, body: .bytes(bytes))
  }
}
