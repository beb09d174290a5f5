internal import RouterCore

/// Where one listener is in a feed, and in the chunk being sent to it. Pure. RFC 9112 section 7.1.
///
/// The end of a chunk is written with the head of the next, so that a packet costs one call. What plays is a chunk of
/// its own.
struct LiveCursor {
  /// What to send after ``framing``.
  enum Piece: Equatable {
    /// Bytes of the feed.
    case feed(from: Int, count: Int)
    /// ``titleBytes``.
    case title
  }

  let isChunked: Bool
  private let alignment: Int
  /// Position in the feed of the next byte to send; ahead of the feed's end until the first aligned byte comes.
  private(set) var position: Int
  private var chunkLeft = 0
  private var isFirstChunk = true
  private var frame = InlineArray<20, UInt8>(repeating: 0)
  private var frameCount = 0
  private var frameSent = 0
  private var icy: ICYClock?

  /// - Parameters:
  ///   - end: The feed's end now.
  ///   - icy: For a listener that is told what plays.
  init(end: Int, alignment: Int, isChunked: Bool, icy: ICYClock? = nil) {
    self.icy = icy
    self.alignment = max(1, alignment)
    self.isChunked = isChunked
    let over = end % self.alignment
    position = over == 0 ? end : end + self.alignment - over
  }

  /// Framing bytes that go before the data.
  var framing: RawSpan {
    @_lifetime(borrow self)
    borrowing get { unsafe frame.span.bytes.extracting(frameSent..<frameCount) }
  }

  /// What is left of the block that says what plays.
  var titleBytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      guard let icy else { return RawSpan() }
      return unsafe _overrideLifetime(icy.rest, borrowing: self)
    }
  }

  /// What to send now; nil when everything is out.
  /// - Parameters:
  ///   - limit: Most bytes of data.
  ///   - title: What plays now.
  mutating func next(end: Int, limit: Int, title: ICYTitle = ICYTitle()) -> Piece? {
    let available = max(0, end - position)
    if frameSent == frameCount, chunkLeft == 0 {
      guard available > 0 else { return nil }
      chunkLeft = icy?.begin(title) ?? min(available, icy?.untilBlock ?? .max, 0xFFFF)
      if isChunked { writeFrame() }
    }
    if icy?.isInBlock == true { return .title }
    let count = min(chunkLeft, available, limit)
    return count == 0 && frameSent == frameCount ? nil : .feed(from: position, count: count)
  }

  /// Moves on by what the socket took of framing and data.
  mutating func sent(_ count: Int) {
    let framed = min(count, frameCount - frameSent)
    frameSent += framed
    chunkLeft -= count - framed
    if icy?.isInBlock != true { position += count - framed }
    icy?.sent(count - framed)
  }

  /// Moves on over whole messages, where nothing is put into chunks.
  mutating func advance(by count: Int) { position += count }

  /// Leaves out what is too old: goes on at the newest byte that is as far from an aligned place as the next one was.
  /// - Parameter keeping: Bytes before the end that must remain to be sent.
  /// - Returns: bytes left out.
  mutating func skip(end: Int, keeping: Int) -> Int {
    let behind = max(0, end - position - keeping)
    let skipped = behind - behind % alignment
    position += skipped
    return skipped
  }

  /// The feed goes on at `base`, an aligned place: what lay before is lost.
  mutating func restart(at base: Int) {
    let over = position % alignment
    position = base + over
  }

  /// Ends the body after the last chunk.
  var terminator: [UInt8] {
    guard isChunked else { return [] }
    return Array((isFirstChunk ? "0\r\n\r\n" : "\r\n0\r\n\r\n").utf8)
  }

  private mutating func writeFrame() {
    frameCount = 0
    frameSent = 0
    if !isFirstChunk { appendLineEnd() }
    isFirstChunk = false
    var shift = 12
    while shift > 0, chunkLeft >> shift == 0 { shift -= 4 }
    while shift >= 0 {
      let digit = UInt8(chunkLeft >> shift & 0xF)
      append(digit < 10 ? 0x30 + digit : 0x57 + digit)
      shift -= 4
    }
    appendLineEnd()
  }

  private mutating func appendLineEnd() {
    append(0x0D)
    append(0x0A)
  }

  private mutating func append(_ byte: UInt8) {
    frame[frameCount] = byte
    frameCount += 1
  }
}
