internal import RouterCore

/// When one listener is told what plays: after every so many bytes of its body. Pure.
struct ICYClock {
  let interval: Int
  /// Bytes of the body until the next block.
  private(set) var untilBlock: Int
  /// The block being sent; empty between two blocks. A reference to the title's bytes, so nothing is copied.
  private var block: [UInt8] = []
  private var blockSent = 0
  private var told = -1
  private static let unchanged: [UInt8] = [0]

  /// - Parameters:
  ///   - interval: Bytes, at least 1.
  ///   - begun: Bytes of the body that are out already.
  init(interval: Int, begun: Int) {
    precondition(interval > 0, "a block needs bytes between it and the next")
    self.interval = interval
    untilBlock = interval - begun % interval
  }

  var isInBlock: Bool { !block.isEmpty }

  /// What is left of the block.
  var rest: RawSpan {
    @_lifetime(borrow self)
    borrowing get { unsafe block.span.bytes.extracting(blockSent..<block.count) }
  }

  /// Starts a block if it is time: the title if it is new to this listener, else a zero.
  /// - Returns: Bytes of the block; nil if it is not time.
  mutating func begin(_ title: ICYTitle) -> Int? {
    guard untilBlock == 0 else { return nil }
    block = title.number == told ? ICYClock.unchanged : title.block
    told = title.number
    blockSent = 0
    return block.count
  }

  /// Counts bytes of the body, or of the block that is being sent.
  mutating func sent(_ count: Int) {
    guard isInBlock else {
      untilBlock -= count
      return
    }
    blockSent += count
    guard blockSent == block.count else { return }
    block = []
    untilBlock = interval
  }
}
