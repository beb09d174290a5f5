import RouterCore

/// A file of the page, embedded in the program.
struct MonitorFile: Sendable {
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

  static let index = MonitorFile("text/html; charset=utf-8", PackageResources.index_html)

  /// Below `/page/`.
  static let named: [String: MonitorFile] = {
    let script = "text/javascript; charset=utf-8"
    return [
      "page.css": MonitorFile("text/css; charset=utf-8", PackageResources.page_css),
      "page.js": MonitorFile(script, PackageResources.page_js),
      "cards.js": MonitorFile(script, PackageResources.cards_js),
      "model.js": MonitorFile(script, PackageResources.model_js),
      "drawing.js": MonitorFile(script, PackageResources.drawing_js),
      "words.js": MonitorFile(script, PackageResources.words_js),
      "icon.svg": MonitorFile("image/svg+xml", PackageResources.icon_svg),
    ]
  }()

  /// Nothing from elsewhere but previews, nothing inline, no frame around it.
  private static func policy(_ preview: String?) -> String {
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
      + "form-action 'none'; frame-ancestors 'none'; frame-src \(preview.map { origin($0) } ?? "'none'")"
  }

  /// `http://media:8889` of an address; what could end a directive is left out.
  private static func origin(_ address: String) -> String {
    let parts = address.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    let origin = parts.count > 2 ? "\(parts[0])//\(parts[2].prefix { $0 != "/" })" : "'none'"
    return origin.filter { $0.isASCII && !$0.isWhitespace && $0 != ";" && $0 != "," && $0 != "{" && $0 != "}" }
  }

  /// Asked for again each time, sent again only when it changed.
  /// - Parameter preview: Address of pictures that may stand in frames.
  func answer(to request: HTTPRequest, preview: String?) -> HTTPResponse {
    var fields = HTTPFields([
      ("ETag", tag), ("Cache-Control", "no-cache"), ("X-Content-Type-Options", "nosniff"),
      ("Content-Security-Policy", MonitorFile.policy(preview)), ("Referrer-Policy", "no-referrer"),
    ])
    if (request.fields["If-None-Match"] ?? "").contains(tag) { return HTTPResponse(status: 304, fields: fields) }
    fields.add("Content-Type", type)
    return HTTPResponse(fields: fields, body: .bytes(bytes))
  }
}
