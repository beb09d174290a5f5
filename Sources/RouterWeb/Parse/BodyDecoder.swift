internal import RouterCore

/// Takes a request's body out of received bytes. Pure; any cut. RFC 9112 sections 6 and 7.1.
struct BodyDecoder: Sendable {
  enum Step: Equatable, Sendable {
    /// So many bytes were taken; the body goes on.
    case needMore(taken: Int)
    /// So many bytes were taken; the body is complete.
    case done(taken: Int)
    case refuse(Refusal)
  }

  private enum State: Sendable {
    case length(left: Int)
    case size(digits: Int, value: Int)
    case extensions
    case sizeLF(value: Int)
    case data(left: Int)
    case dataCR, dataLF
    case trailer(column: Int)
    case trailerLF(column: Int)
    case done
  }

  /// Bytes of chunk extensions and trailers a request may carry.
  static let extraLimit = 8192

  private(set) var body: [UInt8] = []
  private var state: State
  private var size = 0
  private var extra = 0
  private let limit: Int

  /// - Parameter limit: Largest body in bytes; more is refused with 413.
  init(_ framing: RequestHead.Framing, limit: Int) {
    self.limit = limit
    switch framing {
    case .none: state = .done
    case .length(let length): state = .length(left: length)
    case .chunked: state = .size(digits: 0, value: 0)
    }
  }

  /// Known before the first byte of the body.
  var isTooLarge: Bool { if case .length(let left) = state { left > limit } else { false } }

  mutating func take(_ bytes: RawSpan) -> Step {
    var index = 0
    do throws(Refusal) {
      while true {
        if case .done = state { return .done(taken: index) }
        guard index < bytes.byteCount else { return .needMore(taken: index) }
        switch state {
        case .length(let left):
          index += try copy(bytes, index, left)
        case .data(let left):
          index += try copy(bytes, index, left)
        default:
          try step(bytes.u8(index))
          index += 1
        }
      }
    } catch {
      return .refuse(error)
    }
  }

  private mutating func copy(_ bytes: RawSpan, _ index: Int, _ left: Int) throws(Refusal) -> Int {
    let count = min(left, bytes.byteCount - index)
    guard body.count + left <= limit else { throw Refusal(413, "body too large") }
    unsafe bytes.withUnsafeBytes { all in unsafe body.append(contentsOf: all[index..<index + count]) }
    if case .length = state {
      state = count == left ? .done : .length(left: left - count)
    } else {
      state = count == left ? .dataCR : .data(left: left - count)
    }
    return count
  }

  private mutating func step(_ byte: UInt8) throws(Refusal) {
    switch state {
    case .size(let digits, let value): try stepSize(byte, digits, value)
    case .extensions:
      try countExtra()
      if byte == 0x0D {
        state = .sizeLF(value: size)
      } else if !ByteClass.isFieldValue(byte) {
        throw Refusal(400, "malformed chunk extension")
      }
    case .sizeLF(let value):
      guard byte == 0x0A else { throw Refusal(400, "malformed chunk size") }
      guard value <= limit - body.count else { throw Refusal(413, "body too large") }
      state = value == 0 ? .trailer(column: 0) : .data(left: value)
    case .dataCR:
      guard byte == 0x0D else { throw Refusal(400, "chunk longer than its size") }
      state = .dataLF
    case .dataLF:
      guard byte == 0x0A else { throw Refusal(400, "chunk longer than its size") }
      state = .size(digits: 0, value: 0)
    case .trailer(let column): try stepTrailer(byte, column)
    case .trailerLF(let column):
      guard byte == 0x0A else { throw Refusal(400, "malformed trailer") }
      state = column == 0 ? .done : .trailer(column: 0)
    case .length, .data, .done: preconditionFailure("step in state \(state)")
    }
  }

  private mutating func stepSize(_ byte: UInt8, _ digits: Int, _ value: Int) throws(Refusal) {
    if let digit = ByteClass.hex(byte) {
      guard digits < 15 else { throw Refusal(400, "chunk size overflow") }
      size = value << 4 | Int(digit)
      state = .size(digits: digits + 1, value: size)
      return
    }
    guard digits > 0 else { throw Refusal(400, "malformed chunk size") }
    switch byte {
    case 0x0D: state = .sizeLF(value: value)
    case 0x3B, 0x20, 0x09: state = .extensions
    default: throw Refusal(400, "malformed chunk size")
    }
  }

  /// Trailers are read for their length and dropped: nothing we serve needs them. RFC 9110 section 6.5.1.
  private mutating func stepTrailer(_ byte: UInt8, _ column: Int) throws(Refusal) {
    try countExtra()
    if byte == 0x0D {
      state = .trailerLF(column: column)
    } else if ByteClass.isFieldValue(byte), column > 0 || ByteClass.isToken(byte) {
      state = .trailer(column: column + 1)
    } else {
      throw Refusal(400, "malformed trailer")
    }
  }

  private mutating func countExtra() throws(Refusal) {
    extra += 1
    if extra > BodyDecoder.extraLimit { throw Refusal(431, "chunk extensions or trailers too large") }
  }
}
