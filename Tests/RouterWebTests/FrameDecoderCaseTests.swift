import RouterCore
import Testing

@testable import RouterWeb

/// One row of the table: bytes of a client as hexadecimal digits, and what must be said of them.
struct FrameCase: Sendable, CustomTestStringConvertible {
  var name: String
  var input: [UInt8]
  var expected: [DecodedFrame]
  var testDescription: String { name }
}

/// A frame of a client with the mask 37 fa 21 3d.
private func client(_ first: UInt8, _ payload: [UInt8], length: [UInt8]? = nil) -> [UInt8] {
  let mask: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]
  var bytes = [first]
  if let length {
    bytes += length
  } else if payload.count < 126 {
    bytes.append(0x80 | UInt8(payload.count))
  } else if payload.count < 65_536 {
    bytes += [0xfe, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
  } else {
    bytes.append(0xff)
    bytes += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
  }
  return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
}

private func text(_ text: String) -> [UInt8] { Array(text.utf8) }
private let long = [UInt8](repeating: 7, count: 70_000)

private let framing: [FrameCase] =
  [
    FrameCase(name: "empty text", input: client(0x81, []), expected: [.text("")]),
    FrameCase(name: "empty binary", input: client(0x82, []), expected: [.binary([])]),
    FrameCase(name: "RFC example", input: client(0x81, text("Hello")), expected: [.text("Hello")]),
    FrameCase(name: "125 bytes", input: client(0x82, Array(long[..<125])), expected: [.binary(Array(long[..<125]))]),
    FrameCase(name: "126 bytes", input: client(0x82, Array(long[..<126])), expected: [.binary(Array(long[..<126]))]),
    FrameCase(
      name: "65535 bytes", input: client(0x82, Array(long[..<65_535])), expected: [.binary(Array(long[..<65_535]))]),
    FrameCase(
      name: "65536 bytes", input: client(0x82, Array(long[..<65_536])), expected: [.binary(Array(long[..<65_536]))]),
    FrameCase(
      name: "two messages", input: client(0x82, [1]) + client(0x81, text("a")), expected: [.binary([1]), .text("a")]),
    FrameCase(
      name: "16-bit length for 125", input: client(0x82, [], length: [0xfe, 0, 125]),
      expected: [.failure(.lengthNotMinimal)]),
    FrameCase(
      name: "64-bit length for 65535", input: client(0x82, [], length: [0xff, 0, 0, 0, 0, 0, 0, 255, 255]),
      expected: [.failure(.lengthNotMinimal)]),
    FrameCase(
      name: "64-bit length with top bit", input: client(0x82, [], length: [0xff, 128, 0, 0, 0, 0, 1, 0, 0]),
      expected: [.failure(.lengthTooLong)]),
    FrameCase(
      name: "largest 63-bit length", input: client(0x82, [], length: [0xff, 127, 255, 255, 255, 255, 255, 255, 255]),
      expected: [.failure(.messageTooLarge)]),
    FrameCase(name: "no mask", input: [0x82, 0x01, 0x00], expected: [.failure(.unmasked)]),
    FrameCase(name: "RSV1", input: client(0xc1, []), expected: [.failure(.reservedBits)]),
    FrameCase(name: "RSV2", input: client(0xa1, []), expected: [.failure(.reservedBits)]),
    FrameCase(name: "RSV3", input: client(0x91, []), expected: [.failure(.reservedBits)]),
    FrameCase(name: "RSV1 on ping", input: client(0xc9, []), expected: [.failure(.reservedBits)]),
  ]
  + [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map {
    FrameCase(name: "opcode \($0)", input: client(0x80 | $0, []), expected: [.failure(.unknownOpcode)])
  }

private let control: [FrameCase] = [
  FrameCase(name: "empty ping", input: client(0x89, []), expected: [.ping([])]),
  FrameCase(name: "ping of 125", input: client(0x89, Array(long[..<125])), expected: [.ping(Array(long[..<125]))]),
  FrameCase(
    name: "ping of 126", input: client(0x89, Array(long[..<126])), expected: [.failure(.longControl)]),
  FrameCase(name: "pong nobody asked for", input: client(0x8a, [1, 2]), expected: [.pong([1, 2])]),
  FrameCase(name: "ping in fragments", input: client(0x09, [1]), expected: [.failure(.fragmentedControl)]),
  FrameCase(name: "close in fragments", input: client(0x08, []), expected: [.failure(.fragmentedControl)]),
  FrameCase(name: "ten pings", input: (0..<10).flatMap { client(0x89, [$0]) }, expected: (0..<10).map { .ping([$0]) }),
]

private let fragments: [FrameCase] = [
  FrameCase(
    name: "two fragments", input: client(0x01, text("Hel")) + client(0x80, text("lo")), expected: [.text("Hello")]),
  FrameCase(
    name: "empty fragments", input: client(0x02, []) + client(0x00, []) + client(0x80, []), expected: [.binary([])]),
  FrameCase(
    name: "ping between", input: client(0x02, [1]) + client(0x89, [9]) + client(0x80, [2]),
    expected: [.ping([9]), .binary([1, 2])]),
  FrameCase(
    name: "two fragmented messages",
    input: client(0x02, [1]) + client(0x80, [2]) + client(0x01, [65]) + client(0x80, []),
    expected: [.binary([1, 2]), .text("A")]),
  FrameCase(name: "continuation first", input: client(0x80, [1]), expected: [.failure(.unexpectedContinuation)]),
  FrameCase(
    name: "open continuation first", input: client(0x00, [1]), expected: [.failure(.unexpectedContinuation)]),
  FrameCase(
    name: "continuation after the end", input: client(0x01, []) + client(0x80, []) + client(0x80, []),
    expected: [.text(""), .failure(.unexpectedContinuation)]),
  FrameCase(
    name: "message inside", input: client(0x01, [65]) + client(0x81, [66]), expected: [.failure(.expectedContinuation)]),
  FrameCase(
    name: "fragment inside", input: client(0x02, [1]) + client(0x02, [2]), expected: [.failure(.expectedContinuation)]),
]

private let utf8: [FrameCase] =
  [
    FrameCase(name: "Greek", input: client(0x81, text("κόσμε")), expected: [.text("κόσμε")]),
    FrameCase(
      name: "character over fragments",
      input: client(0x01, [0xf0, 0x9f]) + client(0x00, [0x8e]) + client(0x80, [0xb5]),
      expected: [.text("🎵")]),
    FrameCase(
      name: "ping inside a character", input: client(0x01, [0xc3]) + client(0x89, [0xff]) + client(0x80, [0xa9]),
      expected: [.ping([0xff]), .text("é")]),
    FrameCase(name: "bytes that are no text", input: client(0x82, [0xff, 0xfe]), expected: [.binary([0xff, 0xfe])]),
    FrameCase(
      name: "cut at the end over fragments", input: client(0x01, [0xe2, 0x82]) + client(0x80, []),
      expected: [.failure(.textNotUTF8)]),
    FrameCase(
      name: "wrong in the first fragment", input: client(0x01, [0xff]), expected: [.failure(.textNotUTF8)]),
  ]
  + [
    [0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x9f, 0xbf], [0xed, 0xa0, 0x80], [0xf0, 0x8f, 0xbf, 0xbf],
    [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xfe], [0xe2, 0x82], [0xc3, 0x41],
  ].map { FrameCase(name: "not UTF-8 \($0)", input: client(0x81, $0), expected: [.failure(.textNotUTF8)]) }

private func close(_ code: UInt16, _ reason: [UInt8] = []) -> [UInt8] {
  client(0x88, [UInt8(code >> 8), UInt8(code & 255)] + reason)
}

private let closing: [FrameCase] =
  [
    FrameCase(name: "close without code", input: client(0x88, []), expected: [.close(1005, "")]),
    FrameCase(name: "close of one byte", input: client(0x88, [3]), expected: [.failure(.closePayloadTooShort)]),
    FrameCase(name: "close with reason", input: close(1000, text("bye é")), expected: [.close(1000, "bye é")]),
    FrameCase(
      name: "longest reason", input: close(1000, Array(long[..<123])),
      expected: [.close(1000, String(repeating: "\u{7}", count: 123))]),
    FrameCase(name: "reason not UTF-8", input: close(1000, [0xff]), expected: [.failure(.closeReasonNotUTF8)]),
    FrameCase(name: "reason cut", input: close(1000, [0xc3]), expected: [.failure(.closeReasonNotUTF8)]),
    FrameCase(name: "bytes after close", input: close(1000) + client(0x82, [1]), expected: [.close(1000, "")]),
    FrameCase(
      name: "close in a message", input: client(0x02, [1]) + close(1001), expected: [.close(1001, "")]),
  ]
  + [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1014, 3000, 3999, 4000, 4999].map {
    FrameCase(name: "close \($0)", input: close($0), expected: [.close($0, "")])
  }
  + [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map {
    FrameCase(name: "close \($0)", input: close($0), expected: [.failure(.closeCodeForbidden)])
  }

let frameCases = framing + control + fragments + utf8 + closing

@Suite struct FrameDecoderCaseTests {
  @Test(arguments: frameCases)
  func `each case is read as the standard says`(_ row: FrameCase) {
    #expect(decode([row.input]) == row.expected)
  }

  @Test(arguments: frameCases)
  func `each case is read the same byte by byte`(_ row: FrameCase) {
    #expect(decode(row.input.map { [$0] }) == row.expected)
  }

  @Test func `a client takes unmasked frames and refuses masked ones`() {
    #expect(decode([[0x82, 2, 1, 2]], role: .client) == [.binary([1, 2])])
    #expect(decode([client(0x82, [1])], role: .client) == [.failure(.masked)])
  }

  @Test func `what must not be sent is refused with the right code`() {
    for failure in FrameFailure.allCases {
      #expect([1002, 1007, 1009].contains(failure.code))
      #expect(failure.reason.utf8.count <= 123)
    }
    #expect(FrameFailure.textNotUTF8.code == 1007)
    #expect(FrameFailure.messageTooLarge.code == 1009)
  }
}
