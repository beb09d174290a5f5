/// Which port to try next for a stream: the first range from its beginning, the other one as soon as a port of the first
/// may not be bound. Whether a port is free is found out by binding it. Pure.
struct PortSearch: Equatable {
  /// Why a port could not be had.
  enum Refusal: Equatable {
    /// Somebody has it.
    case taken
    /// The process may not bind it.
    case forbidden
    /// Another reason, which holds for all ports.
    case other
  }

  private let ranges: [Range<Int>]
  private var range = 0
  private var place = 0
  private var isOver = false
  /// A port was forbidden, and so the other range is searched.
  private(set) var fellBack = false

  /// - Parameter count: Ports in each range.
  init(first: Int, fallback: Int, count: Int) {
    ranges = [first..<first + count, fallback..<fallback + count]
  }

  /// The port to try; nil when there is none left.
  var port: Int? { isOver || place >= ranges[range].count ? nil : ranges[range].lowerBound + place }

  /// The range that is searched, for people and for those who look for streams.
  var ports: Range<Int> { ranges[range] }

  /// ``port`` could not be had.
  mutating func refused(_ reason: Refusal) {
    switch reason {
    case .taken: place += 1
    case .forbidden where range == 0:
      range = 1
      place = 0
      fellBack = true
    case .forbidden, .other: isOver = true
    }
  }
}
