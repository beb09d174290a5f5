import Glibc
import RouterCore
import Support
import Testing

@testable import RouterWeb

/// Repetitions of a seeded test: more with SOAK=1 in the environment.
func repetitions(_ normal: Int, soak: Int) -> Int { unsafe getenv("SOAK") == nil ? normal : soak }

/// A stream of frames with every kind in it, and what must be read from it.
private func sample(_ role: WebSocketRole) -> (bytes: [UInt8], frames: [DecodedFrame]) {
  let mask: UInt32? = role == .server ? 0x1234_5678 : nil
  func frame(_ opcode: FrameOpcode, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
    var bytes = unsafe FrameEncoder.frame(opcode, payload.span.bytes, mask: mask)
    if !isFinal { bytes[0] &= 0x7f }
    return bytes
  }
  let long = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 5) }
  let bytes =
    frame(.text, Array("Grüße 🎵".utf8)) + frame(.binary, long) + frame(.ping, [1, 2, 3])
    + frame(.text, Array("κό".utf8.prefix(3)), isFinal: false) + frame(.pong, [])
    + frame(.continuation, [], isFinal: false)
    + frame(.continuation, Array("κό".utf8.dropFirst(3))) + frame(.binary, []) + frame(.close, [3, 232, 111, 107])
  return (
    bytes,
    [.text("Grüße 🎵"), .binary(long), .ping([1, 2, 3]), .pong([]), .text("κό"), .binary([]), .close(1000, "ok")]
  )
}

@Suite struct FrameDecoderPropertyTests {
  @Test(arguments: [WebSocketRole.server, .client])
  func `a stream reads the same, cut in two at any place`(_ role: WebSocketRole) {
    let (bytes, frames) = sample(role)
    for cut in 0...bytes.count {
      #expect(decode([Array(bytes[..<cut]), Array(bytes[cut...])], role: role) == frames, "cut at \(cut)")
    }
  }

  @Test(arguments: [WebSocketRole.server, .client])
  func `a stream reads the same in pieces of every size`(_ role: WebSocketRole) {
    let (bytes, frames) = sample(role)
    for size in 1...bytes.count {
      let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
      #expect(decode(pieces, role: role) == frames, "pieces of \(size)")
    }
  }

  @Test(arguments: [WebSocketRole.server, .client])
  func `every prefix gives a prefix of the frames and no failure`(_ role: WebSocketRole) {
    let (bytes, frames) = sample(role)
    for count in 0...bytes.count {
      let found = decode([Array(bytes[..<count])], role: role)
      #expect(frames.starts(with: found), "\(count) bytes")
    }
  }

  @Test func `random streams in random pieces read as they were written`() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<repetitions(2_000, soak: 100_000) {
      var bytes: [UInt8] = []
      var frames: [DecodedFrame] = []
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let size = [0, 1, 5, 125, 126, 200].randomElement(using: &generator) ?? 0
        let payload = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
        bytes += FrameEncoder.frame(.binary(payload), mask: .random(in: 0...UInt32.max, using: &generator))
        frames.append(.binary(payload))
      }
      var pieces: [[UInt8]] = []
      while !bytes.isEmpty {
        let size = Int.random(in: 1...bytes.count, using: &generator)
        pieces.append(Array(bytes[..<size]))
        bytes.removeFirst(size)
      }
      #expect(decode(pieces) == frames)
    }
  }

  @Test func `100,000 mutations never crash, never hang and never pass what is forbidden`() {
    var generator = SeededGenerator(seed: 2)
    let (bytes, _) = sample(.server)
    for _ in 0..<repetitions(100_000, soak: 2_000_000) {
      var mutated = Array(bytes.suffix(Int.random(in: 1...bytes.count, using: &generator)).prefix(120))
      if Bool.random(using: &generator) { mutated = Array(bytes.prefix(mutated.count)) }
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        mutated[Int.random(in: mutated.indices, using: &generator)] = .random(in: 0...255, using: &generator)
      }
      let cut = Int.random(in: 0...mutated.count, using: &generator)
      let whole = decode([mutated], messageLimit: 400)
      let parts = decode([Array(mutated[..<cut]), Array(mutated[cut...])], messageLimit: 400)
      if !isLegal(whole) || whole != parts { Issue.record("\(mutated) cut at \(cut): \(whole), \(parts)") }
    }
  }

  /// No control frame over 125 bytes, no code that must not be sent, nothing behind the end, no message over the limit.
  private func isLegal(_ frames: [DecodedFrame]) -> Bool {
    for (index, frame) in frames.enumerated() {
      switch frame {
      case .ping(let payload), .pong(let payload): if payload.count > 125 { return false }
      case .binary(let payload): if payload.count > 400 { return false }
      case .text(let text): if text.utf8.count > 400 { return false }
      case .close(let code, let reason):
        if index != frames.count - 1 || !(CloseCode.mayBeSent(code) || code == 1005) { return false }
        if reason.utf8.count > 123 { return false }
      case .failure: if index != frames.count - 1 { return false }
      }
    }
    return true
  }

  @Test func `the largest message passes and one byte more is refused by its header`() {
    let limit = 70_000
    let full = [UInt8](repeating: 3, count: limit)
    #expect(decode([FrameEncoder.frame(.binary(full), mask: 9)], messageLimit: limit) == [.binary(full)])
    let more = FrameEncoder.frame(.binary(full + [3]), mask: 9)
    #expect(decode([Array(more[..<14])], messageLimit: limit) == [.failure(.messageTooLarge)])
    #expect(decode([Array(more[..<13])], messageLimit: limit).isEmpty)
    var first = FrameEncoder.frame(.binary(full), mask: 9)
    first[0] = 0x02
    #expect(decode([first, [0x80, 0x80, 0, 0, 0, 0]], messageLimit: limit) == [.binary(full)])
    #expect(decode([first, [0x80, 0x81, 0, 0, 0, 0]], messageLimit: limit) == [.failure(.messageTooLarge)])
  }

  @Test func `payloads lie at a 16-byte boundary, whole or put together`() {
    let payload = [UInt8](0..<200)
    let bytes = FrameEncoder.frame(.binary(payload), mask: 0x0102_0304)
    for before in 0..<40 {
      let stream = FrameEncoder.frame(.binary([UInt8](repeating: 0, count: before)), mask: 1) + bytes
      // `decodePiece` refuses a payload that is not aligned.
      #expect(decode([stream]).last == .binary(payload))
    }
    var decoder = FrameDecoder(role: .server, messageLimit: 1000)
    #expect(decodePiece(Array(bytes[..<50]), &decoder).isEmpty)
    #expect(decodePiece(Array(bytes[50...]), &decoder) == [.binary(payload)])
    let address = unsafe decoder.assembled.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
    #expect(address % 16 == 0)
  }
}
