/// Who may do by a node's own pages and APIs what changes something: whoever knows the token; without any token,
/// whoever sits at this machine. Pure.
///
/// Devices that speak a protocol without passwords are not asked. Any thread.
public struct ActionAccess: Sendable {
  private let token: @Sendable () -> String?

  /// - Parameter token: nil: loopback alone.
  public init(token: String?) { self.token = { token } }

  /// - Parameter token: Asked each time: the token may change while nodes run.
  public init(token: @escaping @Sendable () -> String?) { self.token = token }

  /// The same with a node's own `token`, which replaces the router's if there is one.
  public func with(_ own: String?) -> ActionAccess { own.map { ActionAccess(token: $0) } ?? self }

  /// There is a token that opens the way; without one nothing can be typed that helps.
  public var hasToken: Bool { token() != nil }

  /// Whether that is the token; takes equally long whatever is wrong with it. Never true without a token.
  public func matches(_ given: String?) -> Bool {
    guard let wanted = token().map({ Array($0.utf8) }), let given else { return false }
    let bytes = Array(given.utf8)
    var difference = bytes.count ^ wanted.count
    for index in wanted.indices { difference |= Int(wanted[index] ^ (index < bytes.count ? bytes[index] : 0)) }
    return difference == 0
  }

  /// Looks for the token where programs put it, `Authorization: Bearer` or `?token=`.
  public func allows(_ request: HTTPRequest) -> Bool {
    guard hasToken else { return request.peer.isLoopback }
    let parts = (request.fields["Authorization"] ?? "").split(separator: " ", maxSplits: 1)
    let bearer = parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1].drop { $0 == " " }) : nil
    return matches(bearer ?? request.query("token"))
  }
}
