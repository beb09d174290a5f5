import RouterCore

/// The files of the page, embedded in the program.
enum MicPage {
  static let index = make(EmbeddedFile.html, PackageResources.mic_html)

  /// Below `/static/`.
  static let named: [String: EmbeddedFile] = [
    "mic.css": make(EmbeddedFile.style, PackageResources.mic_css),
    "mic.js": make(EmbeddedFile.script, PackageResources.mic_js),
    "capture.js": make(EmbeddedFile.script, PackageResources.capture_js),
    "sender.js": make(EmbeddedFile.script, PackageResources.sender_js),
    "meter.js": make(EmbeddedFile.script, PackageResources.meter_js),
    "others.js": make(EmbeddedFile.script, PackageResources.others_js),
    "qr.js": make(EmbeddedFile.script, PackageResources.qr_js),
    "words.js": make(EmbeddedFile.script, PackageResources.words_js),
    "worklet.js": make(EmbeddedFile.script, PackageResources.worklet_js),
    "mic.svg": make(EmbeddedFile.svg, PackageResources.mic_svg),
  ]

  /// Nothing from elsewhere, nothing inline, no frame around it; sound and screen only for the page itself.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; "
    + "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  private static let fields = [("Permissions-Policy", "microphone=(self), display-capture=(self), geolocation=()")]

  private static func make(_ type: String, _ bytes: [UInt8]) -> EmbeddedFile {
    EmbeddedFile(type, bytes, policy: policy, fields: fields)
  }
}
