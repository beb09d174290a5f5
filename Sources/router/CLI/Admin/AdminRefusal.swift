import RouterCore

/// Why a router did not do what it was asked: its words, or why there are none.
struct AdminRefusal: Error, Sendable, Equatable {
  var message: String
  var problems: [Problem] = []
  /// nil if no answer came.
  var status: Int?
  /// The problem document as it came.
  var json: JSON?

  init(_ message: String) { self.message = message }

  init(_ failure: HTTPFailure, from url: String) {
    switch failure.kind {
    case .connect: message = "no router answers at \(url): \(failure.message) (`router run` starts one)"
    case .tls: message = "\(url): \(failure.message) (--ca FILE names who vouches for it; GET /ca.crt has the file)"
    default: message = "\(url): \(failure.message)"
    }
  }

  /// - Parameter json: An RFC 9457 problem document, if it is one.
  init(status: Int, _ json: JSON?, from url: String) {
    self.status = status
    self.json = json
    problems = json?["problems"]?.items?.compactMap { Problem($0) } ?? []
    let words = [json?["title"]?.text, json?["detail"]?.text].compactMap(\.self).filter { !$0.isEmpty }
    message = words.isEmpty ? "\(url) answers \(status)" : words.joined(separator: ": ")
    if status == 401 { message += " (--token, or ROUTER_TOKEN)" }
  }

  /// Every problem as a compiler prints it, with its fix; the message where there is none.
  func text(command: String) -> String {
    let errors = problems.filter { $0.severity == .error }
    if errors.isEmpty { return "router \(command): \(message)" }
    return problems.map { AdminRefusal.text(of: $0) }.joined(separator: "\n")
  }

  /// One problem, and the merge patch that mends it on a line of its own.
  static func text(of problem: Problem) -> String {
    var text = problem.text(file: problem.line == nil ? "" : "routes.json")
    if let fix = problem.fix?.compact, fix.count <= 400 { text += "\n  fix: \(fix)" }
    return text
  }
}

extension Problem {
  /// As the admin API wrote it.
  init?(_ json: JSON) {
    guard let message = json["message"]?.text else { return nil }
    self.init(
      json["severity"]?.text.flatMap { Severity(rawValue: $0) } ?? .error, path: json["path"]?.text ?? "",
      pointer: json["pointer"]?.text ?? "", line: json["line"]?.int, column: json["column"]?.int, message: message,
      hint: json["hint"]?.text, fix: json["fix"])
  }
}
