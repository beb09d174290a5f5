import RouterCore
import Support
import Testing

@testable import MediaMTXMonitor

@Suite struct RedisProtocolTests {
  @Test func `commands go out as lists of texts with their lengths`() {
    let command: RedisCommand = ["SET", "käse", "", "a\r\nb\0c"]
    let expected = "*4\r\n$3\r\nSET\r\n$5\r\nkäse\r\n$0\r\n\r\n$6\r\na\r\nb\0c\r\n"
    #expect(command.bytes == Array(expected.utf8))
  }

  @Test func `replies are read wherever they are cut`() {
    let wire = Array(
      "+OK\r\n-ERR no such thing\r\n:-7\r\n$-1\r\n$5\r\na\r\nbc\r\n*3\r\n:1\r\n*1\r\n+x\r\n*-1\r\n$0\r\n\r\n".utf8)
    let expected: [RedisReply] = [
      .status("OK"), .error("ERR no such thing"), .integer(-7), .none, .bytes(Array("a\r\nbc".utf8)),
      .array([.integer(1), .array([.status("x")]), .none]), .bytes([]),
    ]
    for cut in 0...wire.count {
      let reader = RedisReplyReader()
      let first = reader.feed(Array(wire[..<cut]))
      let second = reader.feed(Array(wire[cut...]))
      #expect((first ?? []) + (second ?? []) == expected, "cut at \(cut)")
    }
    let reader = RedisReplyReader()
    #expect(wire.flatMap { reader.feed([$0]) ?? [] } == expected)
  }

  @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "\u{15}\u{3}\u{1}", "*x\r\n", "$-2\r\nab", ":\r\n x\r\n?\r\n"])
  func `what is not the protocol is not read`(text: String) {
    #expect(RedisReplyReader().feed(Array(text.utf8)) == nil)
  }

  @Test func `random bytes are read or refused, and end`() {
    var random = SeededGenerator(seed: 3)
    let alphabet = Array("+-:$*\r\n0123456789ab".utf8)
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
      }
      // Not the length of a list that would take all memory.
      guard !bytes.contains(UInt8(ascii: "*")) || bytes.count < 8 else { continue }
      _ = RedisReplyReader().feed(bytes)
    }
  }
}
