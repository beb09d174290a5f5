internal import Glibc
internal import RouterCore

/// The memory all connections of one loop read into, one after the other. Confined to its loop.
///
/// What a connection cannot use yet moves to a tail of its own, so a thousand idle connections hold no buffer.
@safe final class ReadMemory {
  /// Bytes a connection may read in one turn.
  static let turn = 65_536
  /// Bytes that may be carried over from before.
  static let carry = 131_072

  private let base: UnsafeMutableRawPointer

  init() {
    unsafe base = .allocate(byteCount: ReadMemory.carry + ReadMemory.turn, alignment: 64)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: ReadMemory.carry + ReadMemory.turn)
  }

  deinit { unsafe base.deallocate() }

  /// Reads at most one turn's worth behind `offset` bytes that are there already.
  func read(_ transport: any Transport, at offset: Int) -> TransportResult {
    precondition(offset <= ReadMemory.carry)
    var target = unsafe UnsafeMutableRawBufferPointer(start: base + offset, count: ReadMemory.turn).mutableBytes
    return transport.read(into: &target)
  }

  /// Lends the first `count` bytes.
  func withBytes<R>(_ range: Range<Int>, _ body: (RawSpan) -> R) -> R {
    precondition(range.upperBound <= ReadMemory.carry + ReadMemory.turn && range.lowerBound >= 0)
    return body(unsafe UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count).bytes)
  }

  /// Lends the first `count` bytes to be changed in place.
  func withMutableBytes<R>(count: Int, _ body: (inout MutableRawSpan) -> R) -> R {
    precondition(count <= ReadMemory.carry + ReadMemory.turn)
    var span = unsafe UnsafeMutableRawBufferPointer(start: base, count: count).mutableBytes
    return body(&span)
  }

  /// Puts a tail to the front. - Returns: its size.
  func restore(_ tail: [UInt8]) -> Int {
    precondition(tail.count <= ReadMemory.carry + ReadMemory.turn)
    unsafe tail.withUnsafeBytes { source in
      if let start = source.baseAddress { unsafe memcpy(base, start, source.count) }
    }
    return tail.count
  }
}

/// Tails of connections, kept for the next one that needs a tail. Confined to its loop.
struct TailPool {
  private static let kept = 64
  private var free: [[UInt8]] = []

  mutating func take(_ bytes: RawSpan) -> [UInt8] {
    var tail = free.popLast() ?? []
    unsafe bytes.withUnsafeBytes { unsafe tail.append(contentsOf: $0) }
    return tail
  }

  mutating func giveBack(_ tail: consuming [UInt8]) {
    guard tail.capacity > 0, tail.capacity <= ReadMemory.turn, free.count < TailPool.kept else { return }
    tail.removeAll(keepingCapacity: true)
    free.append(tail)
  }
}
