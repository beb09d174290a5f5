import Glibc
import RouterCore
import RouterWeb

/// Speaks to a running router's admin API.
struct AdminClient: Sendable {
  static let defaultURL = "http://127.0.0.1:8700"
  private static let http = HTTPClientCurl()

  /// Without a slash at the end.
  let url: String
  private let token: String?
  private let authorities: String?

  /// - Throws: `UsageError` if `--url` is no address of a server.
  init(_ arguments: Arguments) throws(UsageError) {
    var url = arguments.value("--url") ?? Terminal.environment("ROUTER_URL") ?? Self.defaultURL
    if !url.contains("://") { url = "http://" + url }
    while url.hasSuffix("/") { url.removeLast() }
    guard url.hasPrefix("http://") || url.hasPrefix("https://"), url.split(separator: "/").count == 2 else {
      throw UsageError("--url takes an address such as \(Self.defaultURL), found \"\(url)\"")
    }
    self.url = url
    token = arguments.value("--token") ?? Terminal.environment("ROUTER_TOKEN")
    authorities = arguments.value("--ca") ?? Self.localAuthority
  }

  /// What `tls: auto` of a router in this folder vouches with.
  private static var localAuthority: String? {
    let file = ".router/authority.pem"
    return unsafe access(file, R_OK) == 0 ? file : nil
  }

  /// Sends a request and reads the answer.
  ///
  /// - Parameters:
  ///   - path: Behind `/api/v1`, with its query.
  ///   - body: Sent as JSON.
  /// - Throws: `AdminRefusal` if there is no router, or if it refuses.
  func call(_ method: String, _ path: String, _ body: JSON? = nil, timeout: Duration = .seconds(30))
    async throws(AdminRefusal) -> JSON
  {
    let answer = try await answer(request(method, AdminAPI.prefix + path, body, timeout))
    let json = try? JSON(strict: answer.body)
    guard (200..<300).contains(answer.status) else { throw AdminRefusal(status: answer.status, json, from: url) }
    guard let json else { throw AdminRefusal("\(url) is no router: its answer is not JSON") }
    return json
  }

  /// `/ready`: nothing if the router is, else the reasons.
  func readiness() async throws(AdminRefusal) -> [String] {
    let answer = try await answer(request("GET", "/ready", nil, .seconds(10)))
    let json = try? JSON(strict: answer.body)
    return json?["reasons"]?.items?.compactMap(\.text) ?? []
  }

  /// Follows `/events` until it ends.
  func events(_ topics: String, _ part: @escaping @Sendable ([UInt8]) -> Void) async throws(AdminRefusal) {
    let forever = Duration.seconds(20 * 86_400)
    let call = request("GET", "\(AdminAPI.prefix)/events?topics=\(topics)", nil, forever)
    let answer: HTTPAnswer
    do throws(HTTPFailure) { answer = try await Self.http.stream(call, part: part) } catch {
      throw AdminRefusal(error, from: url)
    }
    guard answer.status == 200 else {
      throw AdminRefusal(status: answer.status, try? JSON(strict: answer.body), from: url)
    }
  }

  private func request(_ method: String, _ path: String, _ body: JSON?, _ timeout: Duration) -> HTTPCall {
    var fields = HTTPFields()
    if let token { fields.add("Authorization", "Bearer \(token)") }
    if body != nil { fields.add("Content-Type", "application/json") }
    return HTTPCall(
      method, url: url + path, fields: fields, body: body.map { Array($0.compact.utf8) } ?? [], timeout: timeout,
      authorities: authorities)
  }

  private func answer(_ call: HTTPCall) async throws(AdminRefusal) -> HTTPAnswer {
    do throws(HTTPFailure) { return try await Self.http.send(call) } catch { throw AdminRefusal(error, from: url) }
  }
}

extension Flag {
  /// What every command takes that speaks to a running router.
  static let admin = [
    Flag("--url", value: "URL", help: "the router's admin address; else $ROUTER_URL or \(AdminClient.defaultURL)"),
    Flag("--token", value: "TOKEN", help: "its admin.token; else $ROUTER_TOKEN"),
    Flag(
      "--ca", value: "FILE", help: "PEM file that vouches for an https address; else .router/authority.pem, if there"),
    Flag.json,
  ]

  /// What every command takes that changes the graph.
  static let change = [
    Flag("--dry-run", help: "checks and says what would change; nothing does"),
    Flag("--force", help: "also if a node that runs would have to wait"),
  ]
}

extension String {
  /// As one part of a path: everything but letters, digits, `-`, `.` and `_` in percent form.
  var percentEncoded: String {
    var out = ""
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
        out.unicodeScalars.append(Unicode.Scalar(byte))
      default: out += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
    return out
  }
}
