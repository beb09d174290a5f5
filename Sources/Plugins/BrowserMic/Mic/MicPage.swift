import RouterCore

/// A file of the page, embedded in the program.
struct MicPage: Sendable {
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

  static let index = MicPage("text/html; charset=utf-8", PackageResources.mic_html)

  /// Below `/static/`.
  static let named: [String: MicPage] = {
    let script = "text/javascript; charset=utf-8"
    return [
      "mic.css": MicPage("text/css; charset=utf-8", PackageResources.mic_css),
      "mic.js": MicPage(script, PackageResources.mic_js),
      "capture.js": MicPage(script, PackageResources.capture_js),
      "sender.js": MicPage(script, PackageResources.sender_js),
      "meter.js": MicPage(script, PackageResources.meter_js),
      "others.js": MicPage(script, PackageResources.others_js),
      "qr.js": MicPage(script, PackageResources.qr_js),
      "words.js": MicPage(script, PackageResources.words_js),
      "worklet.js": MicPage(script, PackageResources.worklet_js),
      "mic.svg": MicPage("image/svg+xml", PackageResources.mic_svg),
    ]
  }()

  /// Nothing from elsewhere, nothing inline, no frame around it; sound and screen only for the page itself.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; "
    + "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  /// Asked for again each time, sent again only when it changed.
  func answer(to request: HTTPRequest) -> HTTPResponse {
    var fields = HTTPFields([
      ("ETag", tag), ("Cache-Control", "no-cache"), ("X-Content-Type-Options", "nosniff"),
      ("Content-Security-Policy", MicPage.policy), ("Referrer-Policy", "no-referrer"),
      ("Permissions-Policy", "microphone=(self), display-capture=(self), geolocation=()"),
    ])
    if (request.fields["If-None-Match"] ?? "").contains(tag) { return HTTPResponse(status: 304, fields: fields) }
    fields.add("Content-Type", type)
    return HTTPResponse(fields: fields, body: .bytes(bytes))
  }
}
