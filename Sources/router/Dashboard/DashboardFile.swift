import RouterCore

/// A file of the admin address's page, embedded in the program.
struct DashboardFile: Sendable {
  let type: String
  let bytes: [UInt8]
  /// An entity tag with its quotes; changes with the bytes.
  let tag: String

  private init(_ type: String, _ bytes: [UInt8]) {
    self.type = type
    self.bytes = bytes
    tag = "\"\(DashboardFile.tag(bytes))\""
  }

  private static func script(_ bytes: [UInt8]) -> DashboardFile {
    DashboardFile("text/javascript; charset=utf-8", PageText.squeezed(bytes))
  }

  private static func style(_ bytes: [UInt8]) -> DashboardFile {
    DashboardFile("text/css; charset=utf-8", PageText.squeezed(bytes))
  }

  static let index = DashboardFile("text/html; charset=utf-8", PackageResources.index_html)

  /// Below `/dashboard/`.
  static let named: [String: DashboardFile] = [
    "api.js": script(PackageResources.api_js), "board.css": style(PackageResources.board_css),
    "board.js": script(PackageResources.board_js), "cables.js": script(PackageResources.cables_js),
    "camera.js": script(PackageResources.camera_js), "compare.js": script(PackageResources.compare_js),
    "connector.js": script(PackageResources.connector_js), "dialogs.js": script(PackageResources.dialogs_js),
    "dock.js": script(PackageResources.dock_js), "dom.js": script(PackageResources.dom_js),
    "editing.js": script(PackageResources.editing_js), "editor.js": script(PackageResources.editor_js),
    "form.js": script(PackageResources.form_js),
    "icon.svg": DashboardFile("image/svg+xml", PackageResources.icon_svg),
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

  /// Asked for again each time, sent again only when it changed.
  func answer(to request: HTTPRequest) -> HTTPResponse {
    var fields = HTTPFields([
      ("ETag", tag), ("Cache-Control", "no-cache"), ("X-Content-Type-Options", "nosniff"),
      ("Content-Security-Policy", DashboardFile.policy), ("Referrer-Policy", "no-referrer"),
      ("Cross-Origin-Opener-Policy", "same-origin"),
    ])
    let known = (request.fields["If-None-Match"] ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
    if known.contains(tag) || known.contains("W/" + tag) { return HTTPResponse(status: 304, fields: fields) }
    fields.add("Content-Type", type)
    return HTTPResponse(fields: fields, body: .bytes(bytes))
  }

  /// FNV-1a of 64 bits, in hexadecimal: tells versions apart, proves nothing.
  private static func tag(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return String(hash, radix: 16)
  }
}
