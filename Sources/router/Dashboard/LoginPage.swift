import RouterCore

/// The login page of the admin address, in the browser's language. Works without scripts.
enum LoginPage {
  enum Failure: Sendable { case wrong, paused }

  /// Nothing from elsewhere, nothing inline, no frame around it; the form goes back to us only.
  private static let policy =
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

  static func answer(to request: HTTPRequest, status: Int = 200, failure: Failure? = nil) -> HTTPResponse {
    let words = LoginWords.preferred(by: request.fields["Accept-Language"] ?? "")
    let said = failure.map { $0 == .wrong ? words.wrong : words.paused }
    let slots = [
      ("{lang}", words.language), ("{title}", words.title), ("{lead}", words.lead), ("{label}", words.label),
      ("{button}", words.button), ("{hint}", words.hint),
      ("{invalid}", said == nil ? "" : " aria-invalid=\"true\" aria-describedby=\"failure\""),
      ("{failure}", said.map { "<p class=\"failure\" id=\"failure\" role=\"alert\">\($0)</p>" } ?? ""),
    ]
    var page = String(decoding: PackageResources.login_html, as: UTF8.self)
    for (slot, text) in slots { page = page.replacing(slot, with: text) }
    return file(Array(page.utf8), "text/html; charset=utf-8", status: status, caching: "no-store")
  }

  static func part(_ name: String) -> HTTPResponse {
    guard name == "login.css" else { return AdminProblem.notFound("/login/\(name)").response }
    return file(PackageResources.login_css, "text/css; charset=utf-8", status: 200, caching: "no-cache")
  }

  /// The policy on referrers is not `no-referrer`: browsers then send `Origin: null` with the form, which is refused.
  private static func file(_ bytes: [UInt8], _ type: String, status: Int, caching: String) -> HTTPResponse {
    HTTPResponse(
      status: status,
      fields: HTTPFields([
        ("Content-Type", type), ("Cache-Control", caching), ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"), ("Vary", "Accept-Language"),
      ]), body: .bytes(bytes))
  }
}

/// What the login page says.
struct LoginWords: Sendable {
  var language: String
  var title: String
  var lead: String
  var label: String
  var button: String
  var hint: String
  var wrong: String
  var paused: String

  static let english = LoginWords(
    language: "en", title: "Media router", lead: "Log in to see and change the graph.", label: "Token",
    button: "Log in", hint: "The token is <code>admin.token</code> of the routes document.",
    wrong: "That is not the token.", paused: "Too many wrong tries. Wait a moment, then try again.")

  static let german = LoginWords(
    language: "de", title: "Media-Router", lead: "Melde dich an, um den Graphen zu sehen und zu ändern.",
    label: "Token", button: "Anmelden", hint: "Das Token ist <code>admin.token</code> im Routen-Dokument.",
    wrong: "Das ist nicht das Token.", paused: "Zu viele falsche Versuche. Warte einen Moment und versuche es erneut.")

  /// German where the browser ranks it before English, else English.
  static func preferred(by field: String) -> LoginWords {
    var best: (words: LoginWords, weight: Double)?
    for range in field.lowercased().split(separator: ",") {
      let parts = range.split(separator: ";").map { $0.filter { $0 != " " } }
      guard let tag = parts.first else { continue }
      let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
      let words = tag.hasPrefix("de") ? german : tag.hasPrefix("en") ? english : nil
      if let words, quality > best?.weight ?? 0 { best = (words, quality) }
    }
    return best?.words ?? english
  }
}
