import RouterCore

/// Who may press the page's buttons. Pure.
struct PageToken: Sendable {
  private let wanted: [UInt8]?

  /// - Parameter token: nil: whoever gets in may.
  init(_ token: String?) { wanted = token.map { Array($0.utf8) } }

  var isNeeded: Bool { wanted != nil }

  /// Whether that is the token; takes equally long whatever is wrong with it.
  func matches(_ given: String?) -> Bool {
    guard let wanted else { return true }
    let bytes = Array((given ?? "").utf8)
    var difference = bytes.count ^ wanted.count
    for index in wanted.indices { difference |= Int(wanted[index] ^ (index < bytes.count ? bytes[index] : 0)) }
    return difference == 0
  }

  /// Looks for it where programs put it: `Authorization: Bearer`, or `?token=`.
  func allows(_ request: HTTPRequest) -> Bool {
    guard isNeeded else { return true }
    let field = request.fields["Authorization"] ?? ""
    let bearer = field.lowercased().hasPrefix("bearer ") ? String(field.dropFirst(7)).trimmed : nil
    return matches(bearer ?? request.query("token"))
  }
}
