import RouterCore

/// The files of the page, embedded in the program.
enum PageFile {
  static let panel = make(EmbeddedFile.html, PackageResources.panel_html)
  static let library = make(EmbeddedFile.html, PackageResources.library_html)
  static let icon = make(EmbeddedFile.svg, PackageResources.panel_svg)

  /// Below `/page/`.
  static let named: [String: EmbeddedFile] = [
    "look.css": make(EmbeddedFile.style, PackageResources.look_css),
    "panel.css": make(EmbeddedFile.style, PackageResources.panel_css),
    "library.css": make(EmbeddedFile.style, PackageResources.library_css),
    "panel.js": make(EmbeddedFile.script, PackageResources.panel_js),
    "link.js": make(EmbeddedFile.script, PackageResources.link_js),
    "sound.js": make(EmbeddedFile.script, PackageResources.sound_js),
    "store.js": make(EmbeddedFile.script, PackageResources.store_js),
    "details.js": make(EmbeddedFile.script, PackageResources.details_js),
    "library.js": make(EmbeddedFile.script, PackageResources.library_js),
    "words.js": make(EmbeddedFile.script, PackageResources.words_js),
    "panel.svg": icon,
  ]

  /// Nothing from elsewhere, nothing inline, no frame around it.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob: data:; "
    + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  private static func make(_ type: String, _ bytes: [UInt8]) -> EmbeddedFile {
    EmbeddedFile(type, bytes, policy: policy)
  }
}
