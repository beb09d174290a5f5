import RouterCore
import Support
import Testing

@testable import RouterWeb

@Suite struct LiveCursorTests {
  /// Sends through a socket that takes a random number of bytes, skips at random, and reads the chunks back.
  @Test(arguments: [1, 4, 6], [true, false])
  func `whatever the socket takes and whatever is skipped, chunks are whole and data stays aligned`(
    _ alignment: Int, _ isChunked: Bool
  ) throws {
    var generator = SeededGenerator(seed: UInt64(alignment))
    let window = FeedWindow(capacity: 600)
    var written = 0
    var cursor = LiveCursor(end: 0, alignment: alignment, isChunked: isChunked)
    var wire: [UInt8] = []
    for _ in 0..<3000 {
      let count = Int.random(in: 1...60, using: &generator) * alignment
      window.append(count: count) { target in
        for index in 0..<count {
          target.storeBytes(of: UInt8((written + index) % alignment), toByteOffset: index, as: UInt8.self)
        }
        return true
      }
      written += count
      if cursor.position < window.start { _ = cursor.skip(end: window.end, keeping: 0) }
      var room = Int.random(in: 0...300, using: &generator)
      while room > 0, let piece = cursor.next(end: window.end, limit: .max) {
        let framing = bytes(of: cursor.framing)
        let data = window.withBytes(from: piece.from, count: piece.count) { bytes(of: $0) }
        let taken = min(room, framing.count + data.count)
        wire += (framing + data).prefix(taken)
        cursor.sent(taken)
        room -= taken
      }
    }
    while let piece = cursor.next(end: window.end, limit: .max) {
      wire += bytes(of: cursor.framing) + window.withBytes(from: piece.from, count: piece.count) { bytes(of: $0) }
      cursor.sent(cursor.framing.byteCount + piece.count)
      if piece.count == 0 { break }
    }
    var body = wire
    if isChunked {
      var decoder = BodyDecoder(.chunked, limit: .max / 2)
      guard case .needMore = decoder.take(unsafe wire.span.bytes) else {
        Issue.record("broken chunks")
        return
      }
      body = decoder.body
    }
    #expect(body.count > 10_000)
    #expect(body.enumerated().allSatisfy { $1 == UInt8($0 % alignment) })
  }

  @Test func `an empty feed ends with the last chunk alone`() {
    #expect(LiveCursor(end: 5, alignment: 4, isChunked: true).terminator == Array("0\r\n\r\n".utf8))
    #expect(LiveCursor(end: 5, alignment: 4, isChunked: true).position == 8)
    #expect(LiveCursor(end: 5, alignment: 4, isChunked: false).terminator.isEmpty)
  }
}
