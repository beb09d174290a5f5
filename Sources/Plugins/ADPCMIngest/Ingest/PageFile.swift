import RouterCore

/// The files of the page, embedded in the program.
enum PageFile {
  static let index = make(EmbeddedFile.html, PackageResources.index_html)

  /// Below `/page/`.
  static let named: [String: EmbeddedFile] = [
    "page.css": make(EmbeddedFile.style, PackageResources.page_css),
    "page.js": make(EmbeddedFile.script, PackageResources.page_js),
    "words.js": make(EmbeddedFile.script, PackageResources.words_js),
    "icon.svg": make(EmbeddedFile.svg, PackageResources.icon_svg),
  ]

  /// Nothing from elsewhere, nothing inline, no frame around it.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  private static let fields = [("Vary", "Accept")]

  private static func make(_ type: String, _ bytes: [UInt8]) -> EmbeddedFile {
    EmbeddedFile(type, bytes, policy: policy, fields: fields)
  }
}
