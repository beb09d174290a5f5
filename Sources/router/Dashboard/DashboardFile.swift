import RouterCore

/// The files of the admin address's page, embedded in the program.
enum DashboardFile {
  private static func script(_ bytes: [UInt8]) -> EmbeddedFile {
    make(EmbeddedFile.script, PageText.tightened(script: PageText.squeezed(bytes)))
  }

  private static func style(_ bytes: [UInt8]) -> EmbeddedFile {
    make(EmbeddedFile.style, PageText.squeezed(bytes))
  }

  static let index = make(EmbeddedFile.html, PackageResources.index_html)

  /// Below `/dashboard/`.
  static let named: [String: EmbeddedFile] = [
    "api.js": script(PackageResources.api_js), "board.css": style(PackageResources.board_css),
    "board.js": script(PackageResources.board_js), "cables.js": script(PackageResources.cables_js),
    "camera.js": script(PackageResources.camera_js), "compare.js": script(PackageResources.compare_js),
    "connector.js": script(PackageResources.connector_js), "details.js": script(PackageResources.details_js),
    "dialogs.js": script(PackageResources.dialogs_js),
    "dock.js": script(PackageResources.dock_js), "dom.js": script(PackageResources.dom_js),
    "editing.js": script(PackageResources.editing_js), "editor.js": script(PackageResources.editor_js),
    "form.js": script(PackageResources.form_js),
    "icon.svg": make(EmbeddedFile.svg, PackageResources.icon_svg),
    "layout.js": script(PackageResources.layout_js), "listing.js": script(PackageResources.listing_js),
    "live.js": script(PackageResources.live_js), "model.js": script(PackageResources.model_js),
    "page.css": style(PackageResources.page_css), "page.js": script(PackageResources.page_js),
    "palette.js": script(PackageResources.palette_js), "ports.js": script(PackageResources.ports_js),
    "side.js": script(PackageResources.side_js), "texts.js": script(PackageResources.texts_js),
    "words.js": script(PackageResources.words_js),
  ]

  /// Nothing from elsewhere, nothing inline, no frame around it.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    + "form-action 'self'; frame-ancestors 'none'"

  private static let fields = [("Cross-Origin-Opener-Policy", "same-origin")]

  private static func make(_ type: String, _ bytes: [UInt8]) -> EmbeddedFile {
    EmbeddedFile(type, bytes, policy: policy, fields: fields)
  }
}
