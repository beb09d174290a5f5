import RouterCore
import Testing

@testable import router

private func request(
  _ query: [(String, String)] = [], _ fields: [(String, String)] = [], body: String = "", method: String = "PATCH"
) -> HTTPRequest {
  HTTPRequest(
    method: method, path: "/api/v1/graph", query: query.map { (name: $0.0, value: $0.1) }, fields: HTTPFields(fields),
    body: Array(body.utf8), peer: PeerAddress(host: "127.0.0.1", port: 1),
    local: PeerAddress(host: "127.0.0.1", port: 2))
}

private func status<R>(_ body: () throws(AdminProblem) -> R) -> Int {
  do throws(AdminProblem) {
    _ = try body()
    return 200
  } catch {
    return error.status
  }
}

@Suite struct ChangeTermsTests {
  @Test func `a revision is needed where it is required, unless forced`() throws {
    #expect(status { () throws(AdminProblem) in try ChangeTerms.read(request(), base: .required) } == 428)
    #expect(status { () throws(AdminProblem) in try ChangeTerms.read(request(), base: .optional) } == 200)
    let forced = try ChangeTerms.read(request([("force", "true")]), base: .required)
    #expect(forced.rewire.isForced)
    guard case .any = forced.base else { return #expect(Bool(false)) }
  }

  @Test func `tags are taken from every field, and a star means any`() throws {
    let two = try ChangeTerms.read(
      request([], [("If-Match", "\"a.1\", \"a.2\""), ("If-Match", "\"a.3\"")]), base: .required)
    guard case .oneOf(let tags) = two.base else { return #expect(Bool(false)) }
    #expect(tags == ["\"a.1\"", "\"a.2\"", "\"a.3\""])
    let star = try ChangeTerms.read(request([], [("If-Match", "*")]), base: .required)
    guard case .any = star.base else { return #expect(Bool(false)) }
  }

  @Test(arguments: [
    ("dryRun", "maybe"), ("force", "2"), ("crossfadeMs", "-1"), ("crossfadeMs", "20.1"), ("crossfadeMs", "nan"),
    ("crossfadeMs", "x"),
  ])
  func `a query that makes no sense is refused`(name: String, value: String) {
    let odd = request([(name, value)])
    #expect(status { () throws(AdminProblem) in try ChangeTerms.read(odd, base: .optional) } == 400)
  }

  @Test func `the crossfade is in milliseconds`() throws {
    #expect(try ChangeTerms.read(request(), base: .none).rewire.crossfade == .milliseconds(5))
    let terms = try ChangeTerms.read(request([("crossfadeMs", "12.5"), ("dryRun", "")]), base: .none)
    #expect(terms.rewire.crossfade == .microseconds(12_500) && terms.isDryRun)
  }
}

@Suite struct RequestBodyTests {
  private func status(_ body: String, type: String?, as types: [String] = RequestBody.json) -> Int {
    let fields = type.map { [("Content-Type", $0)] } ?? []
    let sent = request([], fields, body: body)
    return outcome { () throws(AdminProblem) in try RequestBody.json(sent, as: types) }
  }

  private func outcome<R>(_ body: () throws(AdminProblem) -> R) -> Int {
    do throws(AdminProblem) {
      _ = try body()
      return 200
    } catch {
      return error.status
    }
  }

  @Test(arguments: [
    ("{}", "application/json", 200), ("{}", "Application/JSON; charset=utf-8", 200), ("{}", nil, 200),
    ("{}", "text/plain", 415), ("{}", "application/x-www-form-urlencoded", 415), ("", nil, 400), ("{} //", nil, 400),
    ("{\"a\":1,\"a\":2}", nil, 400), ("{}", "application/merge-patch+json", 415),
  ])
  func `type and text of a body are checked`(body: String, type: String?, expected: Int) {
    #expect(status(body, type: type) == expected)
  }

  @Test func `a patch may be called one`() {
    #expect(status("{}", type: "application/merge-patch+json", as: RequestBody.mergePatch) == 200)
    #expect(status("{}", type: "application/json", as: RequestBody.mergePatch) == 200)
  }

  @Test func `the largest body is taken and one byte more is not`() {
    let frame = "{\"a\":\"\"}"
    let whole = String(repeating: "x", count: RequestBody.limit - frame.utf8.count)
    #expect(status("{\"a\":\"\(whole)\"}", type: nil) == 200)
    #expect(status("{\"a\":\"\(whole)x\"}", type: nil) == 413)
  }

  @Test func `a document may have comments and keeps its places`() throws {
    let root = try RequestBody.document(request([], [], body: "{ // c\n \"nodes\": {}, }"))
    #expect(root.member("nodes")?.keyPlace.line == 2)
  }
}
