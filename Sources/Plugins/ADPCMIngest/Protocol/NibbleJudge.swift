import RouterCore

/// Finds out which half of a byte a sender puts first, by the chain of its headers: what a frame decodes to ends where
/// the next frame's header begins, in the right order only.
///
/// Decides at the first pair of frames where exactly one order matches, and never changes its mind: in silence and in
/// some symmetric signals both match. Pure.
struct NibbleJudge {
  /// The order so far; the default until it is decided.
  private(set) var order = NibbleOrder.high
  private(set) var isDecided = false
  private var ends: (high: IMAState, low: IMAState)?
  private var lastSequence: UInt32 = 0
  private var scratch: [Int16] = []

  /// - Parameter largest: Samples of one channel's frame at most.
  init(largest: Int) { scratch = [Int16](repeating: 0, count: largest) }

  /// Looks at the first channel of a frame. Allocates nothing.
  ///
  /// - Parameter isOdd: Frames have an odd number of samples, of which the last moved the encoder but was not sent.
  mutating func look(at payload: ADPCMPayload, _ bytes: RawSpan, sequence: UInt32, isOdd: Bool) {
    guard !isDecided, payload.frames <= scratch.count, let start = payload.state(of: 0, in: bytes) else {
      ends = nil
      return
    }
    if let ends, sequence == lastSequence &+ 1 {
      let high = NibbleJudge.reaches(start, from: ends.high, isOdd: isOdd)
      let low = NibbleJudge.reaches(start, from: ends.low, isOdd: isOdd)
      if high != low {
        isDecided = true
        order = high ? .high : .low
        return
      }
    }
    lastSequence = sequence
    ends = (
      end(of: payload, bytes, from: start, .high), end(of: payload, bytes, from: start, .low)
    )
  }

  private mutating func end(
    of payload: ADPCMPayload, _ bytes: RawSpan, from start: IMAState, _ order: NibbleOrder
  ) -> IMAState {
    var state = start
    var target = scratch.mutableSpan
    IMADecoder.decode(&state, bytes.extracting(payload.nibbles(of: 0)), order, into: &target)
    return state
  }

  /// Whether an encoder that stood at `end` may stand at `start` now; with an odd number of samples after one more.
  private static func reaches(_ start: IMAState, from end: IMAState, isOdd: Bool) -> Bool {
    guard isOdd else { return end == start }
    return (0..<16).contains { code in
      let entry = IMATable.entries[Int(end.index) * 16 + code]
      let value = Int32(end.predictor) + entry >> IMATable.nextBits
      return min(max(value, -32_768), 32_767) == Int32(start.predictor) && (entry & 2047) >> 4 == Int32(start.index)
    }
  }
}
