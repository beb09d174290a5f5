import RouterCore
import Support
import Testing

@testable import RouterWeb

/// The small parsers of texts that come from outside: every beginning and every damage of what is right.
@Suite struct TextParserTests {
  private let key = "dGhlIHNhbXBsZSBub25jZQ=="

  private func exchange() throws -> UpgradeExchange {
    try UpgradeExchange(WebSocketURL("ws://a/"), fields: HTTPFields(), subprotocols: ["one", "two"], key: key)
  }

  private func answer(_ more: String = "") -> [UInt8] {
    Array(
      ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        + "Sec-WebSocket-Accept: \(HandshakeKey.accept(for: key))\r\nSec-WebSocket-Protocol: two\r\n\(more)\r\n").utf8)
  }

  @Test func `every beginning of a server's answer wants more, and the whole is taken`() throws {
    let exchange = try exchange()
    let whole = answer()
    for count in whole.indices { #expect(try exchange.check(unsafe whole.span.bytes.extracting(0..<count)) == nil) }
    #expect(try exchange.check(unsafe whole.span.bytes) == whole.count)
    let behind = whole + [0x81, 0]
    #expect(try exchange.check(unsafe behind.span.bytes) == whole.count)
  }

  @Test func `a server's answer of the largest size is taken, and one byte more is refused`() throws {
    let room = UpgradeExchange.headLimit - answer("X: \r\n").count
    let largest = answer("X: \(String(repeating: "x", count: room))\r\n")
    #expect(largest.count == UpgradeExchange.headLimit)
    #expect(try exchange().check(unsafe largest.span.bytes) == largest.count)
    let larger = answer("X: \(String(repeating: "x", count: room + 1))\r\n")
    let exchange = try exchange()
    #expect(throws: HTTPFailure.self) { try exchange.check(unsafe larger.span.bytes) }
  }

  @Test func `a damaged answer of a server is a WebSocket's only with the right key`() throws {
    let exchange = try exchange()
    let whole = answer("Server: x\r\n")
    let accept = Array(HandshakeKey.accept(for: key).utf8)
    var generator = SeededGenerator(seed: 51)
    for _ in 0..<mutationCount {
      let bytes = mutated(whole, &generator)
      guard let length = try? exchange.check(unsafe bytes.span.bytes) else { continue }
      let isSound = length <= bytes.count && bytes.starts(with: Array("HTTP/1.1 101".utf8)) && holds(bytes, accept)
      if !isSound { Issue.record("\(String(decoding: bytes, as: UTF8.self))") }
    }
  }

  private func holds(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0...].starts(with: part) }
  }

  @Test func `a part of a file lies inside it, whatever is asked`() {
    let facts = FileAnswer.Facts(size: 1000, changed: 1_700_000_000_000_000_000)
    let seeds = [
      "bytes=0-499", "bytes=-500", "bytes=9500-", "bytes=0-18446744073709551616", "bytes=0-0,5-9",
    ].map { Array($0.utf8) }
    for seed in seeds { for count in 0...seed.count { check(Array(seed[..<count]), of: facts) } }
    var generator = SeededGenerator(seed: 52)
    for round in 0..<mutationCount { check(mutated(seeds[round % seeds.count], &generator), of: facts) }
  }

  private func check(_ range: [UInt8], of facts: FileAnswer.Facts) {
    let request = HTTPFields([("Range", String(decoding: range, as: UTF8.self))])
    let answer = FileAnswer(facts, path: "a.wav", method: "GET", request: request, response: HTTPFields())
    let isSound =
      switch answer.status {
      case 200: answer.range == 0..<facts.size
      case 206:
        !answer.range.isEmpty && (0...facts.size).contains(answer.range.upperBound) && answer.range.lowerBound >= 0
      case 416: answer.range.isEmpty
      default: false
      }
    if !isSound { Issue.record("\(range): \(answer.status) \(answer.range)") }
  }

  @Test func `a damaged date is a date or nothing`() {
    let whole = Array("Sun, 06 Nov 1994 08:49:37 GMT".utf8)
    #expect(HTTPDate.parse(String(decoding: whole, as: UTF8.self)) == 784_111_777)
    for count in whole.indices { #expect(HTTPDate.parse(String(decoding: whole[..<count], as: UTF8.self)) == nil) }
    var generator = SeededGenerator(seed: 53)
    for _ in 0..<mutationCount {
      guard let seconds = HTTPDate.parse(String(decoding: mutated(whole, &generator), as: UTF8.self)) else { continue }
      if HTTPDate.parse(HTTPDate.text(seconds)) != seconds { Issue.record("\(seconds)") }
    }
  }

  @Test func `a damaged host or URL names a legal host, or none`() {
    let seeds = [
      "localhost:8700", "[fe80::1]:443", "192.168.1.5", "wss://host.example:12889/audio?x=%20", "ws://[::1]/a",
    ].map { Array($0.utf8) }
    for seed in seeds { for count in 0...seed.count { checkHost(Array(seed[..<count])) } }
    var generator = SeededGenerator(seed: 54)
    for round in 0..<mutationCount { checkHost(mutated(seeds[round % seeds.count], &generator)) }
    let longest = String(repeating: "a", count: 255)
    #expect(HostName(longest)?.host == longest && HostName(longest + "a") == nil)
    #expect(HostName("a:65535")?.port == 65_535 && HostName("a:65536") == nil)
  }

  private func checkHost(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let name = HostName(text), !isLegal(name) { Issue.record("\(text): \(name)") }
    guard let url = try? WebSocketURL(text) else { return }
    let isSound =
      (1...65_535).contains(url.port) && HostName(url.authority)?.host == url.host && url.target.hasPrefix("/")
      && url.target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    if !isSound { Issue.record("\(text): \(url)") }
  }

  private func isLegal(_ name: HostName) -> Bool {
    !name.host.isEmpty && (0...65_535).contains(name.port ?? 0)
      && name.host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/?#@[]\\\"<>".utf8.contains($0) }
  }

  @Test func `base64 has one form`() {
    var generator = SeededGenerator(seed: 55)
    for round in 0..<mutationCount {
      let bytes = (0..<round % 20).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let text = Base64.encode(bytes)
      if Base64.decode(text) != bytes { Issue.record("\(bytes)") }
      let damaged = String(decoding: mutated(Array(text.utf8), &generator), as: UTF8.self)
      if let read = Base64.decode(damaged), Base64.encode(read) != damaged { Issue.record("\(damaged)") }
    }
  }
}
