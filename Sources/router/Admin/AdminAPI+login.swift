import RouterCore

extension AdminAPI {
  /// The login page, the session it begins, and what is behind it.
  var pageEndpoints: [AdminEndpoint] {
    let (host, access) = (host, access)
    let page = AdminAnswer(summary: "A page for people", type: "text/html")
    let done = AdminAnswer(status: 303, summary: "Done; the browser goes on elsewhere", type: "text/html")
    let wrong = AdminAnswer(status: 401, summary: "A wrong token", type: "text/html")
    let paused = AdminAnswer(status: 429, summary: "Too many wrong tokens", type: "text/html")
    return [
      AdminEndpoint(
        method: "GET", path: "/login", summary: "The login page for browsers", access: .open, answers: [page, done]
      ) { request in
        access.isTokenNeeded ? LoginPage.answer(to: request) : Self.goOn(to: "/")
      },
      AdminEndpoint(
        method: "GET", path: "/login/{file}", summary: "Parts of the login page", access: .open,
        answers: [
          AdminAnswer(summary: "A part of the page", type: "text/css"),
          AdminAnswer(status: 404, summary: "No such part", type: "application/problem+json", schema: "Problem"),
        ]
      ) { request in
        LoginPage.part(request.parameters["file"] ?? "")
      },
      AdminEndpoint(
        method: "POST", path: "/login", summary: "Begins a session: answers with a cookie", access: .open,
        body: AdminBody(types: ["application/x-www-form-urlencoded"], schema: "Login"), answers: [done, wrong, paused]
      ) { request in Self.logIn(request, access, host) },
      AdminEndpoint(
        method: "POST", path: "/logout", summary: "Ends the session", access: .open, answers: [done]
      ) { request in
        access.logOut(request)
        var response = Self.goOn(to: access.isTokenNeeded ? "/login" : "/")
        response.fields.add("Set-Cookie", SessionCookie.field("", for: request))
        return response
      },
    ]
  }

  private static func logIn(_ request: HTTPRequest, _ access: AdminAccess, _ host: Host) -> HTTPResponse {
    guard access.isTokenNeeded else { return goOn(to: "/") }
    let given = FormBody(request.body)["token"] ?? ""
    switch access.logIn(given, from: request.peer.host) {
    case .welcome(let key):
      var response = goOn(to: "/")
      response.fields.add("Set-Cookie", SessionCookie.field(key, for: request))
      return response
    case .wrong:
      host.log.warning("login with a wrong token", ("peer", request.peer.host))
      return LoginPage.answer(to: request, status: 401, failure: .wrong)
    case .paused(let pause):
      var response = LoginPage.answer(to: request, status: 429, failure: .paused)
      response.fields.add("Retry-After", String(Int(pause.seconds.rounded(.up))))
      return response
    }
  }

  private static func goOn(to path: String) -> HTTPResponse {
    HTTPResponse(status: 303, fields: HTTPFields([("Location", path), ("Cache-Control", "no-store")]))
  }
}

/// A body of `application/x-www-form-urlencoded`.
struct FormBody {
  private let items: [(name: String, value: String)]

  init(_ bytes: [UInt8]) {
    items = bytes.split(separator: UInt8(ascii: "&")).map { item in
      let equals = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
      return (Self.decoded(item[..<equals]), Self.decoded(item[equals...].dropFirst()))
    }
  }

  subscript(name: String) -> String? { items.first { $0.name == name }?.value }

  /// `%41` and `+`; what is malformed stays as it is.
  private static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
    var out: [UInt8] = []
    var rest = bytes
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
        rest.count >= 2
      {
        out.append(value)
        rest = rest.dropFirst(2)
      } else {
        out.append(byte == UInt8(ascii: "+") ? 32 : byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
