import RouterCore
import Testing

@testable import router

@Suite struct AdminTests {
  @Test func `secrets compare equal only when they are`() {
    #expect(Secrecy.isEqual("abc", "abc"))
    for other in ["", "ab", "abcd", "abd", "ABC"] {
      #expect(!Secrecy.isEqual("abc", other) && !Secrecy.isEqual(other, "abc"))
    }
  }

  @Test func `the API document names every endpoint once, with its path parameters`() throws {
    let endpoints = [
      AdminEndpoint(method: "GET", path: "/a/{name}", summary: "one") { _ in .text("") },
      AdminEndpoint(method: "PUT", path: "/a/{name}", summary: "two") { _ in .text("") },
      AdminEndpoint(method: "GET", path: "/open", summary: "three", access: .open) { _ in .text("") },
    ]
    let document = OpenAPI.document(of: endpoints)
    let path = try #require(document["paths"]?["/a/{name}"])
    #expect(path.members?.map(\.key) == ["get", "put"])
    #expect(path["get"]?["parameters"]?.items?.first?["name"] == "name")
    #expect(document["paths"]?["/open"]?["get"]?["security"] == .array([]))
  }

  @Test func `a refusal is a problem document with its problems`() throws {
    let problem = Problem(path: "nodes.a", pointer: "/nodes/a", line: 3, column: 5, message: "no", hint: "yes")
    let refusal = AdminProblem(status: 422, title: "Refused", detail: "one problem", problems: [problem])
    #expect(refusal.response.fields["Content-Type"] == "application/problem+json")
    guard case .bytes(let bytes) = refusal.response.body else { return #expect(Bool(false)) }
    let json = try JSON(strict: bytes)
    #expect(json["problems"]?.items?.first?["pointer"] == "/nodes/a")
    #expect(json["problems"]?.items?.first?["line"] == 3)
  }
}
