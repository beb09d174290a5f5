import Glibc
import RouterCore
import Support
import Testing

@testable import RouterWeb

/// Mutations per test; more in a soak.
let mutationCount = unsafe getenv("SOAK") == nil ? 100_000 : 1_000_000

private func parse(_ text: String, limit: Int = 16_384) -> RequestParser.Step { parse(Array(text.utf8), limit: limit) }

private func parse(_ bytes: [UInt8], limit: Int = 16_384) -> RequestParser.Step {
  var parser = RequestParser(headLimit: limit)
  return parser.parse(unsafe bytes.span.bytes)
}

private func refused(_ text: String) -> Refusal? {
  if case .refuse(let refusal) = parse(text) { refusal } else { nil }
}

private func read(_ text: String) -> RequestHead? {
  if case .head(let head, _) = parse(text) { head } else { nil }
}

@Suite struct RequestParserTests {
  private let valid =
    "\r\nPOST /a%20b/c?x=1&y=%41+b&z HTTP/1.1\r\nHost: example.com:80\r\nContent-Length: 5\r\n"
    + "X-Empty:\r\nAccept: \t a, b \t\r\nConnection: keep-alive, X\r\n\r\n"

  @Test func `a whole head is taken apart`() throws {
    let head = try #require(read(valid))
    #expect(head.method == "POST" && head.minorVersion == 1 && head.target.path == "/a b/c")
    #expect(head.target.query.map { "\($0.name)=\($0.value)" } == ["x=1", "y=A b", "z="])
    #expect(head.fields["accept"] == "a, b" && head.fields["x-empty"]?.isEmpty == true)
    #expect(head.framing == .length(5) && head.keepsAlive && head.authority == "example.com:80")
  }

  @Test func `an encoded slash stays in its segment`() throws {
    let head = try #require(read("GET /ws/AA%3ABB%2f1%2F/x?p=a%2Fb HTTP/1.1\r\nHost: a\r\n\r\n"))
    #expect(head.target.path == "/ws/AA:BB%2F1%2F/x")
    #expect(head.target.query.map(\.value) == ["a/b"])
  }

  @Test func `every prefix waits for more, at once and byte by byte`() {
    let bytes = Array((valid + "rest").utf8)
    let length = bytes.count - 4
    var parser = RequestParser(headLimit: 16_384)
    for count in 0..<length {
      guard case .needMore = parse(Array(bytes.prefix(count))) else {
        Issue.record("prefix \(count)")
        return
      }
      guard case .needMore = parser.parse(unsafe bytes.span.bytes.extracting(first: count)) else {

        Issue.record("growing to \(count)")
        return
      }
    }
    guard case .head(_, let taken) = parser.parse(unsafe bytes.span.bytes) else {
      Issue.record("no head")
      return
    }
    #expect(taken == length)
  }

  @Test(arguments: [
    ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
    ("GET /\r\n\r\n", 400), ("GET / http/1.1\r\nHost: a\r\n\r\n", 400), ("GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505), ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400), ("GET / HTTP/1.1\r\n: a\r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: \u{1}\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400),
    ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /a/./b HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET /a/..%2fb HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501), ("get / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5,6\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5,\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 501),
    ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nExpect: miracle\r\n\r\n", 417), ("\u{80}abc", 400), (" GET / HTTP/1.1\r\n", 400),
    ("GET / HTTP/1.1\nHost: a\n\n", 400), ("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
  ])
  func `what readers could understand differently is refused`(_ text: String, _ status: Int) {
    #expect(refused(text)?.status == status)
  }

  @Test func `what the standard allows is taken`() throws {
    #expect(read("GET / HTTP/1.0\r\n\r\n")?.keepsAlive == false)
    #expect(read("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")?.keepsAlive == true)
    #expect(read("GET / HTTP/1.9\r\nHost: a\r\n\r\n")?.minorVersion == 1)
    #expect(
      read("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\nContent-Length: 5\r\n\r\n")?.framing == .length(5))
    #expect(read("GET http://B.example/p?q HTTP/1.1\r\nHost: a\r\n\r\n")?.authority == "B.example")
    #expect(read("GET http://b HTTP/1.1\r\nHost: a\r\n\r\n")?.target.path == "/")
    #expect(read("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")?.target.path == "*")
    #expect(read("GET / HTTP/1.1\r\nHost:\r\n\r\n")?.authority.isEmpty == true)
    #expect(read("GET /%E2%82%AC HTTP/1.1\r\nHost: [::1]:80\r\n\r\n")?.target.path == "/€")
    #expect(
      read("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Upgrade\r\nUpgrade: WebSocket\r\n\r\n")?.isUpgrade == true)
  }

  @Test func `the largest head is taken and one byte more is not`() {
    let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
    let room = 1000 - start.utf8.count - 4
    let largest = start + String(repeating: "x", count: room) + "\r\n\r\n"
    guard case .head = parse(largest, limit: 1001) else {
      Issue.record("largest head refused")
      return
    }
    let more = start + String(repeating: "x", count: room + 2) + "\r\n\r\n"
    guard case .refuse(let refusal) = parse(more, limit: 1001) else {
      Issue.record("too large a head taken")
      return
    }
    #expect(refusal.status == 431)
    let path = String(repeating: "p", count: RequestParser.lineLimit - 14)
    #expect(read("GET /\(path) HTTP/1.1\r\nHost: a\r\n\r\n") != nil)
    #expect(Refusal(414, "request line too long") == refused("GET /\(path)p HTTP/1.1\r\nHost: a\r\n\r\n"))
    let fields = String(repeating: "A: b\r\n", count: RequestParser.fieldLimit - 1)
    #expect(read("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n") != nil)
    #expect(refused("GET / HTTP/1.1\r\nHost: a\r\n\(fields)A: b\r\n\r\n")?.status == 431)
  }

  @Test func `mutations never crash the parser, and never slip a broken head through`() {
    var generator = SeededGenerator(seed: 4711)
    let seeds = [
      valid, "GET http://a/b HTTP/1.0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
    ].map { Array($0.utf8) }
    for _ in 0..<mutationCount {
      let bytes = mutated(seeds[Int.random(in: 0..<3, using: &generator)], &generator)
      guard case .head(let head, let length) = parse(bytes) else { continue }
      let isSound = length <= bytes.count && head.target.path.first.map { $0 == "/" || $0 == "*" } == true
      #expect(isSound && (head.minorVersion == 0 || head.fields.values("Host").count == 1))
    }
  }
}

/// Changes, drops, doubles or inserts a few bytes.
func mutated(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
  var bytes = bytes
  let spice: [UInt8] = [0x0D, 0x0A, 0x20, 0x09, 0x3A, 0x00, 0xFF, 0x30, 0x2F, 0x25, 0x2C, 0x3B]
  for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
    let place = Int.random(in: 0..<bytes.count, using: &generator)
    switch UInt8.random(in: 0..<5, using: &generator) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
    case 1: bytes.remove(at: place)
    case 2: bytes.insert(spice[Int.random(in: 0..<spice.count, using: &generator)], at: place)
    case 3: bytes.removeLast(bytes.count - place)
    default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 8)], at: place)
    }
  }
  return bytes
}
