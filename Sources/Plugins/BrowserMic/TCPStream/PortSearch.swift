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
  private let wish: Int?
  private var range = 0
  private var tried = 0
  private var isOver = false
  /// A port was forbidden, and so the other range is searched.
  private(set) var fellBack = false

  /// - Parameters:
  ///   - count: Ports in each range.
  ///   - wish: Where to begin, in either range; another port is nobody's to wish for.
  init(first: Int, fallback: Int, count: Int, wish: Int? = nil) {
    ranges = [first..<first + count, fallback..<fallback + count]
    self.wish = wish
    if let wish, !ranges[0].contains(wish), ranges[1].contains(wish) { range = 1 }
  }

  /// The port to try; nil when there is none left.
  var port: Int? {
    guard !isOver, tried < ports.count else { return nil }
    let begin = wish.map { ports.contains($0) ? $0 - ports.lowerBound : 0 } ?? 0
    return ports.lowerBound + (begin + tried) % ports.count
  }

  /// The range that is searched, for people and for those who look for streams.
  var ports: Range<Int> { ranges[range] }

  /// ``port`` could not be had.
  mutating func refused(_ reason: Refusal) {
    switch reason {
    case .taken: tried += 1
    case .forbidden where range == 0:
      range = 1
      tried = 0
      fellBack = true
    case .forbidden, .other: isOver = true
    }
  }
}
