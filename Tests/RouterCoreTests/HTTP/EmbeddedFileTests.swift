import RouterCore
import Testing

/// Files of pages: sent once, asked for again each time.
@Suite struct EmbeddedFileTests {
  private let file = EmbeddedFile(
    EmbeddedFile.style, Array("p{}".utf8), policy: "default-src 'none'", fields: [("X", "1")])

  private func request(_ tags: String? = nil) -> HTTPRequest {
    let peer = PeerAddress(host: "127.0.0.1", port: 1)
    return HTTPRequest(
      method: "GET", path: "/p.css", fields: HTTPFields(tags.map { [("If-None-Match", $0)] } ?? []), peer: peer,
      local: peer)
  }

  @Test func `a browser that has nothing gets the file with its rules`() {
    let answer = file.answer(to: request())
    guard case .bytes(let bytes) = answer.body else { return #expect(Bool(false)) }
    #expect(answer.status == 200 && bytes == Array("p{}".utf8))
    #expect(answer.fields["Content-Type"] == "text/css; charset=utf-8")
    #expect(answer.fields["Content-Security-Policy"] == "default-src 'none'" && answer.fields["X"] == "1")
    #expect(answer.fields["X-Content-Type-Options"] == "nosniff" && answer.fields["Cache-Control"] == "no-cache")
  }

  @Test(arguments: ["TAG", "W/TAG", "\"x\", TAG", "\"x\",W/TAG"])
  func `one that has it gets nothing but the tag`(known: String) {
    let answer = file.answer(to: request(known.replacing("TAG", with: file.tag)))
    #expect(answer.status == 304 && answer.fields["ETag"] == file.tag)
    guard case .none = answer.body else { return #expect(Bool(false)) }
  }

  @Test func `another file has another tag`() {
    #expect(EmbeddedFile.tag(of: [1]) != EmbeddedFile.tag(of: [2]))
    #expect(file.answer(to: request("\"\(EmbeddedFile.tag(of: [9]))\"")).status == 200)
  }
}
