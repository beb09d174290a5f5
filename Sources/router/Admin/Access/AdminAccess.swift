import RouterCore

/// Who may use the admin API: whoever has the token, and browsers that logged in with it. Any thread.
final class AdminAccess: Sendable {
  enum Verdict: Equatable {
    case allowed
    case refused
    /// Too many wrong tries from that address.
    case paused(Duration)
  }

  enum LoginResult: Equatable {
    /// The key of the new session.
    case welcome(String)
    case wrong
    case paused(Duration)
  }

  /// How long a browser stays logged in after its last request.
  static let sessionLife = Duration.seconds(7 * 86_400)
  static let sessionsAtMost = 256

  private struct State {
    var token: String?
    /// Session key to the end of its life.
    var sessions: [String: Instant] = [:]
    var limiter = LoginLimiter()
  }
  private let state: PthreadLock<State>

  /// - Parameter token: nil: everybody who can connect may.
  init(token: String?) { state = PthreadLock(State(token: token)) }

  var isTokenNeeded: Bool { state.withLock { $0.token != nil } }

  /// For what nodes' own pages may change: asks for the token there is at that moment.
  var actions: ActionAccess { ActionAccess { [self] in self.state.withLock { $0.token } } }

  /// Another token ends every session.
  func setToken(_ token: String?) {
    state.withLock { state in
      guard state.token != token else { return }
      state.token = token
      state.sessions = [:]
    }
  }

  func check(_ request: HTTPRequest, at now: Instant = .now()) -> Verdict {
    let cookie = SessionCookie.value(in: request)
    let bearer = Self.bearer(in: request)
    return state.withLock { state in
      guard let token = state.token else { return .allowed }
      if let cookie, let end = state.sessions[cookie], end > now {
        state.sessions[cookie] = now + Self.sessionLife
        return .allowed
      }
      guard let bearer else { return .refused }
      if let pause = state.limiter.pause(for: request.peer.host, at: now) { return .paused(pause) }
      if Secrecy.isEqual(bearer, token) { return .allowed }
      state.limiter.failed(request.peer.host, at: now)
      return .refused
    }
  }

  /// Begins a session for whoever knows the token.
  func logIn(_ given: String, from host: String, at now: Instant = .now()) -> LoginResult {
    state.withLock { state in
      if let pause = state.limiter.pause(for: host, at: now) { return .paused(pause) }
      guard let token = state.token, Secrecy.isEqual(given, token) else {
        state.limiter.failed(host, at: now)
        return .wrong
      }
      state.limiter.succeeded(host)
      state.sessions = state.sessions.filter { $0.value > now }
      if state.sessions.count >= Self.sessionsAtMost, let oldest = state.sessions.min(by: { $0.value < $1.value }) {
        state.sessions[oldest.key] = nil
      }
      let key = Secrecy.makeKey()
      state.sessions[key] = now + Self.sessionLife
      return .welcome(key)
    }
  }

  /// Ends the session the request belongs to.
  func logOut(_ request: HTTPRequest) {
    guard let cookie = SessionCookie.value(in: request) else { return }
    state.withLock { $0.sessions[cookie] = nil }
  }

  private static func bearer(in request: HTTPRequest) -> String? {
    guard let field = request.fields["Authorization"] else { return nil }
    let parts = field.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return String(parts[1])
  }
}

/// The cookie that carries a session's key; not the token.
enum SessionCookie {
  /// Cookies do not distinguish ports: two routers on one machine must not take each other's away.
  private static func name(_ request: HTTPRequest) -> String { "router_session_\(request.local.port)" }

  static func value(in request: HTTPRequest) -> String? {
    let start = name(request) + "="
    for field in request.fields.values("Cookie") {
      for part in field.split(separator: ";") {
        let pair = part.drop { $0 == " " }
        if pair.hasPrefix(start) { return String(pair.dropFirst(start.count)) }
      }
    }
    return nil
  }

  /// The field that begins a session, or ends it with an empty key.
  static func field(_ key: String, for request: HTTPRequest) -> String {
    let age = key.isEmpty ? 0 : AdminAccess.sessionLife.components.seconds
    let secure = request.isTLS ? "; Secure" : ""
    return "\(name(request))=\(key); Path=/; Max-Age=\(age); HttpOnly; SameSite=Strict\(secure)"
  }
}
