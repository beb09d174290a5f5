import RouterCore

/// The files of the page, embedded in the program.
enum MonitorFile {
  /// - Parameter preview: Address of pictures that may stand in frames.
  static func index(for request: HTTPRequest, preview: String?) -> HTTPResponse {
    var answer = index.answer(to: request)
    answer.fields.set("Content-Security-Policy", policy(preview))
    return answer
  }

  private static let index = make(EmbeddedFile.html, PackageResources.index_html)

  /// Below `/page/`.
  static let named: [String: EmbeddedFile] = [
    "page.css": make(EmbeddedFile.style, PackageResources.page_css),
    "page.js": make(EmbeddedFile.script, PackageResources.page_js),
    "cards.js": make(EmbeddedFile.script, PackageResources.cards_js),
    "model.js": make(EmbeddedFile.script, PackageResources.model_js),
    "drawing.js": make(EmbeddedFile.script, PackageResources.drawing_js),
    "words.js": make(EmbeddedFile.script, PackageResources.words_js),
    "icon.svg": make(EmbeddedFile.svg, PackageResources.icon_svg),
  ]

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

  private static func make(_ type: String, _ bytes: [UInt8]) -> EmbeddedFile {
    EmbeddedFile(type, bytes, policy: policy(nil))
  }
}
