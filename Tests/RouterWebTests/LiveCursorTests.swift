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
        let data = Self.data(piece, cursor, window)
        let taken = min(room, framing.count + data.count)
        wire += (framing + data).prefix(taken)
        cursor.sent(taken)
        room -= taken
      }
    }
    while let piece = cursor.next(end: window.end, limit: .max) {
      let all = bytes(of: cursor.framing) + Self.data(piece, cursor, window)
      wire += all
      cursor.sent(all.count)
      if all.isEmpty { break }
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

  /// What a piece stands for.
  private static func data(_ piece: LiveCursor.Piece, _ cursor: LiveCursor, _ window: FeedWindow) -> [UInt8] {
    switch piece {
    case .feed(let from, let count): window.withBytes(from: from, count: count) { bytes(of: $0) }
    case .title: bytes(of: cursor.titleBytes)
    }
  }

  /// Whatever the socket takes, a listener that asked finds a block after every 100 bytes, and each title once.
  @Test(arguments: [true, false], [0, 44, 250]) func `titles stand at their place`(_ isChunked: Bool, _ begun: Int)
    throws
  {
    var generator = SeededGenerator(seed: 7)
    let window = FeedWindow(capacity: 600)
    let clock = ICYClock(interval: 100, begun: begun)
    var cursor = LiveCursor(end: 0, alignment: 1, isChunked: isChunked, icy: clock)
    var title = ICYTitle()
    var wire: [UInt8] = []
    var written = 0
    for round in 0..<630 {
      if round % 50 == 49 { title = title.followed(by: "Song \(round)") }
      let count = Int.random(in: 1...60, using: &generator)
      window.append(count: count) { target in
        for index in 0..<count {
          target.storeBytes(of: UInt8((written + index) % 251), toByteOffset: index, as: UInt8.self)
        }
        return true
      }
      written += count
      while let piece = cursor.next(end: window.end, limit: .max, title: title) {
        let all = bytes(of: cursor.framing) + Self.data(piece, cursor, window)
        let taken = Int.random(in: 0...all.count, using: &generator)
        wire += all.prefix(taken)
        cursor.sent(taken)
      }
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
    let read = ICYReader(body, interval: 100, begun: begun)
    #expect(read.data.count > written - 100)
    #expect(read.data.enumerated().allSatisfy { $1 == UInt8($0 % 251) })
    #expect(read.titles == stride(from: 49, to: 600, by: 50).map { "Song \($0)" })
  }

  @Test func `an empty feed ends with the last chunk alone`() {
    #expect(LiveCursor(end: 5, alignment: 4, isChunked: true).terminator == Array("0\r\n\r\n".utf8))
    #expect(LiveCursor(end: 5, alignment: 4, isChunked: true).position == 8)
    #expect(LiveCursor(end: 5, alignment: 4, isChunked: false).terminator.isEmpty)
  }
}
