import RouterCore
import Support
import Testing

@testable import RouterWeb

@Suite struct FramePartsTests {
  @Test func `masking by blocks equals masking byte by byte, moved or not`() {
    let key: UInt32 = UInt32(littleEndian: 0xa1b2_c3d4)
    let octets: [UInt8] = [0xd4, 0xc3, 0xb2, 0xa1]
    for count in 0..<80 {
      for offset in 0..<20 {
        let source = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 128, alignment: 16)
        defer { unsafe memory.deallocate() }
        for (index, byte) in source.enumerated() { unsafe memory[offset + index] = byte }
        var span = unsafe memory.mutableBytes
        let place = span.unmask(offset..<offset + count, key: key)
        let found = bytes(of: span.bytes.extracting(place))
        #expect(found == source.enumerated().map { $1 ^ octets[$0 % 4] })
        #expect(place.lowerBound % 16 == 0 && place.lowerBound <= offset)
      }
    }
  }

  @Test func `a key turns with the place it is used from`() {
    let key = UInt32(littleEndian: 0x4433_2211)
    #expect((0..<5).map { UInt32(littleEndian: Masking.key(key, from: $0)) & 255 } == [0x11, 0x22, 0x33, 0x44, 0x11])
  }

  @Test func `headers are the shortest that say the length`() {
    for (length, size) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10), (1 << 40, 10)] {
      for mask in [nil, UInt32(77)] {
        var bytes = [UInt8](repeating: 0, count: 14)
        var span = bytes.mutableSpan
        var raw = unsafe span.mutableBytes
        let written = FrameEncoder.writeHeader(.binary, length: length, mask: mask, to: &raw)
        #expect(written == size + (mask == nil ? 0 : 4))
        #expect(written == FrameEncoder.headerSize(length: length, isMasked: mask != nil))
        let header = FrameHeader(opcode: .binary, isFinal: true, length: length, mask: mask, size: written)
        #expect(FrameHeader.read(raw.bytes, role: mask == nil ? .client : .server) == .header(header))
      }
    }
  }

  @Test func `close frames are cut at a character and hold no forbidden code`() {
    let reason = String(repeating: "é", count: 100)
    let bytes = FrameEncoder.close(code: 1001, reason: reason)
    #expect(decode([bytes], role: .client) == [.close(1001, String(repeating: "é", count: 61))])
    for code in [0, 999, 1005, 1006, 1015, 5000] as [UInt16] {
      #expect(FrameEncoder.close(code: code, reason: "x") == [0x88, 0])
    }
  }

  @Test func `UTF-8 is judged as the standard library does, cut anywhere`() {
    var generator = SeededGenerator(seed: 3)
    let alphabet: [UInt8] = [
      0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5,
    ]
    for _ in 0..<repetitions(50_000, soak: 5_000_000) {
      let text = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
        alphabet.randomElement(using: &generator) ?? 0
      }
      let cut = Int.random(in: 0...text.count, using: &generator)
      var check = UTF8Check()
      let (first, rest) = (Array(text[..<cut]), Array(text[cut...]))
      let isValid = unsafe check.take(first.span.bytes) && check.take(rest.span.bytes) && check.isComplete
      if isValid != (String(validating: text, as: UTF8.self) != nil) { Issue.record("\(text)") }
    }
    var check = UTF8Check()
    #expect(unsafe check.take(Array("a long line of ASCII and ünïcode 🎵 to the end".utf8).span.bytes))
    #expect(check.isComplete)
  }

  @Test func `the handshake key of the standard gives its accept value`() {
    #expect(HandshakeKey.accept(for: "dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    #expect(HandshakeKey.isValid("dGhlIHNhbXBsZSBub25jZQ=="))
    #expect(HandshakeKey.isValid(HandshakeKey.random()) && HandshakeKey.random() != HandshakeKey.random())
    for wrong in ["", "abc", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZR==", "AAAA", "dGhlIHNhbXBsZSBub25j ZQ=="]
    {
      #expect(!HandshakeKey.isValid(wrong))
    }
  }

  @Test func `base64 goes both ways`() {
    for (plain, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
      #expect(Base64.encode(Array(plain.utf8)) == text)
      #expect(Base64.decode(text) == Array(plain.utf8))
    }
    for wrong in ["Zg=", "Zg", "Zh==", "Zm9=", "====", "Z===", "Zg==Zg==", "Zm 9v"] {
      #expect(Base64.decode(wrong) == nil)
    }
    for size in 0..<40 {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }
  }
}
