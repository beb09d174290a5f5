/// The bytes libFuzzer hands over, taken apart from the front.
struct Input {
  private(set) var bytes: ArraySlice<UInt8>

  /// - Parameter data: Belongs to libFuzzer and is copied: an access beyond it must not be hidden by larger memory.
  init(_ data: UnsafePointer<UInt8>, _ size: Int) {
    bytes = Array(UnsafeBufferPointer(start: data, count: size))[...]
  }

  /// The next byte; 0 at the end.
  mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

  /// What is left, cut in two at a place that the first byte left chooses.
  mutating func pieces() -> (whole: [UInt8], first: [UInt8], rest: [UInt8]) {
    let choice = Int(byte())
    let whole = Array(bytes)
    let cut = whole.isEmpty ? 0 : choice % (whole.count + 1)
    return (whole, Array(whole[..<cut]), Array(whole[cut...]))
  }
}
