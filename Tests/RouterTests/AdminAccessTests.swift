import RouterCore
import Testing

@testable import router

private func request(
  _ fields: [(String, String)] = [], host: String = "192.168.1.7", isTLS: Bool = false, port: Int = 8700
) -> HTTPRequest {
  HTTPRequest(
    method: "GET", path: "/", fields: HTTPFields(fields), peer: PeerAddress(host: host, port: 50_000),
    local: PeerAddress(host: "192.168.1.2", port: port), isTLS: isTLS)
}

private func bearer(_ token: String, host: String = "192.168.1.7") -> HTTPRequest {
  request([("Authorization", "Bearer \(token)")], host: host)
}

private func cookie(_ key: String, port: Int = 8700) -> HTTPRequest {
  request([("Cookie", "other=1; router_session_8700=\(key)")], port: port)
}

@Suite struct AdminAccessTests {
  let start = Instant(nanoseconds: 1_000_000_000_000)

  private func logIn(_ access: AdminAccess, at now: Instant) throws -> String {
    guard case .welcome(let key) = access.logIn("sesame", from: "192.168.1.7", at: now) else {
      throw Problem(path: "", message: "no session")
    }
    return key
  }

  @Test func `without a token everybody who connects is allowed`() {
    let access = AdminAccess(token: nil)
    #expect(!access.isTokenNeeded)
    #expect(access.check(request(), at: start) == .allowed)
  }

  @Test func `the token opens, and nothing else does`() {
    let access = AdminAccess(token: "sesame")
    #expect(access.check(bearer("sesame"), at: start) == .allowed)
    #expect(access.check(request([("Authorization", "bearer sesame")]), at: start) == .allowed)
    for wrong in ["", "sesam", "sesame ", "Sesame"] {
      #expect(access.check(bearer(wrong), at: start) == .refused)
    }
    #expect(access.check(request([("Authorization", "Basic sesame")]), at: start) == .refused)
    #expect(access.check(request(), at: start) == .refused)
  }

  @Test func `a session is a key of its own and ends a week after its last request`() throws {
    let access = AdminAccess(token: "sesame")
    let key = try logIn(access, at: start)
    #expect(key.count == 64 && !key.contains("sesame"))
    #expect(try logIn(access, at: start) != key)
    let nearly = AdminAccess.sessionLife - .seconds(1)
    let late = start + nearly
    #expect(access.check(cookie(key), at: late) == .allowed)
    #expect(access.check(cookie(key), at: late + nearly) == .allowed)
    #expect(access.check(cookie(key), at: late + AdminAccess.sessionLife * 3) == .refused)
    #expect(access.check(cookie("0" + key.dropFirst()), at: start) == .refused || key.hasPrefix("0"))
  }

  @Test func `a session belongs to one port and ends with logout or another token`() throws {
    let access = AdminAccess(token: "sesame")
    let key = try logIn(access, at: start)
    #expect(access.check(cookie(key, port: 8701), at: start) == .refused)
    access.logOut(cookie(key))
    #expect(access.check(cookie(key), at: start) == .refused)
    let other = try logIn(access, at: start)
    access.setToken("sesame")
    #expect(access.check(cookie(other), at: start) == .allowed)
    access.setToken("other")
    #expect(access.check(cookie(other), at: start) == .refused)
  }

  @Test func `the cookie cannot be read by scripts or sent from elsewhere, and is for TLS where there is TLS`() {
    let field = SessionCookie.field("abc", for: request())
    for part in ["router_session_8700=abc", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"] {
      #expect(field.contains(part))
    }
    #expect(!field.contains("Secure"))
    #expect(SessionCookie.field("abc", for: request(isTLS: true)).hasSuffix("; Secure"))
    #expect(SessionCookie.field("", for: request()).contains("Max-Age=0"))
  }

  @Test func `ten wrong tokens of one address make it wait, also with the right one`() {
    let access = AdminAccess(token: "sesame")
    for _ in 0..<LoginLimiter.burst {
      #expect(access.logIn("guess", from: "10.0.0.1", at: start) == .wrong)
    }
    #expect(access.logIn("sesame", from: "10.0.0.1", at: start) == .paused(LoginLimiter.refill))
    #expect(access.check(bearer("sesame", host: "10.0.0.1"), at: start) == .paused(LoginLimiter.refill))
    #expect(access.check(bearer("sesame", host: "10.0.0.2"), at: start) == .allowed)
    #expect(access.logIn("guess", from: "10.0.0.1", at: start + LoginLimiter.refill) == .wrong)
    #expect(access.logIn("guess", from: "10.0.0.1", at: start + LoginLimiter.refill) != .wrong)
  }

  @Test func `sessions do not grow without end`() throws {
    let access = AdminAccess(token: "sesame")
    let first = try logIn(access, at: start)
    for number in 1...AdminAccess.sessionsAtMost { _ = try logIn(access, at: start + .seconds(number)) }
    #expect(access.check(cookie(first), at: start + .seconds(1)) == .refused)
  }
}

@Suite struct LoginLimiterTests {
  let start = Instant(nanoseconds: 5_000_000_000)

  @Test func `one try comes back every six seconds, ten at most`() {
    var limiter = LoginLimiter()
    for _ in 0..<10 { limiter.failed("a", at: start) }
    #expect(limiter.pause(for: "a", at: start) == .seconds(6))
    #expect(limiter.pause(for: "a", at: start + .seconds(2)) == .seconds(4))
    #expect(limiter.pause(for: "a", at: start + .seconds(6)) == nil)
    var tries = 0
    let later = start + .seconds(3600)
    while limiter.pause(for: "a", at: later) == nil {
      limiter.failed("a", at: later)
      tries += 1
    }
    #expect(tries == 10)
  }

  @Test func `a success forgives`() {
    var limiter = LoginLimiter()
    for _ in 0..<10 { limiter.failed("a", at: start) }
    limiter.succeeded("a")
    #expect(limiter.pause(for: "a", at: start) == nil && limiter.count == 0)
  }

  @Test func `a network of IPv6 counts as one address`() {
    var limiter = LoginLimiter()
    for number in 0..<10 { limiter.failed("2001:db8:1:2::\(number)", at: start) }
    #expect(limiter.pause(for: "2001:db8:1:2:ffff::1", at: start) != nil)
    #expect(limiter.pause(for: "2001:db8:1:3::1", at: start) == nil)
  }

  @Test func `many addresses do not make the table grow`() {
    var limiter = LoginLimiter()
    for number in 0..<10_000 { limiter.failed("10.0.\(number / 256).\(number % 256)", at: start) }
    #expect(limiter.count <= LoginLimiter.addressesAtMost)
  }
}

@Suite struct LoginPageTests {
  @Test(arguments: [
    ("", "en"), ("de", "de"), ("de-AT,de;q=0.9,en;q=0.8", "de"), ("en-GB,de;q=0.5", "en"),
    ("fr,de;q=0.4,en;q=0.3", "de"),
    ("fr", "en"), ("de;q=0", "en"), ("*", "en"),
  ])
  func `the page speaks the language the browser prefers`(field: String, language: String) {
    #expect(LoginWords.preferred(by: field).language == language)
  }

  @Test func `no slot of the page stays open`() {
    for failure in [nil, LoginPage.Failure.wrong, .paused] {
      let response = LoginPage.answer(to: request([("Accept-Language", "de")]), failure: failure)
      guard case .bytes(let bytes) = response.body else {
        Issue.record("no page")
        continue
      }
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(!text.contains("{") && text.contains("lang=\"de\""))
      #expect(text.contains("role=\"alert\"") == (failure != nil))
    }
  }

  @Test func `a form is read as browsers send it`() {
    let form = FormBody(Array("username=admin&token=a+b%26%C3%BC%zz%4&x".utf8))
    #expect(form["token"] == "a b&ü%zz%4")
    #expect(form["username"] == "admin" && form["x"] == "" && form["y"] == nil)
  }
}
