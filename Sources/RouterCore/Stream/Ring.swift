internal import Glibc
internal import Synchronization

/// Bytes from one thread to another without a lock: one writer, one reader.
///
/// The two ends are noncopyable, so the compiler refuses a second producer or consumer.
public enum Ring {
  /// - Parameter capacity: Bytes; at least 1.
  public static func make(capacity: Int) -> Ends {
    let memory = RingMemory(capacity: capacity)
    return Ends(writer: RingWriter(memory: memory), reader: RingReader(memory: memory))
  }

  /// Both ends of one ring; take them apart with `consume`.
  @frozen public struct Ends: ~Copyable, Sendable {
    public let writer: RingWriter
    public let reader: RingReader
  }
}

/// The end that writes. Owned by one thread at a time.
public struct RingWriter: ~Copyable, Sendable {
  let memory: RingMemory

  public var capacity: Int { memory.capacity }
  /// Bytes written and not yet read; the reader may lower it at any moment.
  public var fill: Int { memory.head.load(ordering: .relaxed) &- memory.tail.load(ordering: .acquiring) }
  public var free: Int { capacity &- fill }

  /// Writes all of `bytes` or nothing. Never waits. Data thread.
  /// - Returns: false when there is no room.
  public mutating func write(_ bytes: RawSpan) -> Bool {
    let head = memory.head.load(ordering: .relaxed)
    guard capacity &- (head &- memory.tail.load(ordering: .acquiring)) >= bytes.byteCount else { return false }
    memory.copyIn(bytes, at: head)
    memory.head.store(head &+ bytes.byteCount, ordering: .releasing)
    return true
  }
}

extension RingWriter {
  /// Writes all of both or nothing, `second` right behind `first`; the reader sees them appear together. Never waits.
  /// Data thread.
  /// - Returns: false when there is no room.
  public mutating func write(_ first: RawSpan, _ second: RawSpan) -> Bool {
    let head = memory.head.load(ordering: .relaxed)
    let count = first.byteCount &+ second.byteCount
    guard capacity &- (head &- memory.tail.load(ordering: .acquiring)) >= count else { return false }
    memory.copyIn(first, at: head)
    memory.copyIn(second, at: head &+ first.byteCount)
    memory.head.store(head &+ count, ordering: .releasing)
    return true
  }
}

/// The end that reads. Owned by one thread at a time.
public struct RingReader: ~Copyable, Sendable {
  let memory: RingMemory

  public var capacity: Int { memory.capacity }
  /// Bytes that can be read; the writer may raise it at any moment.
  public var fill: Int { memory.head.load(ordering: .acquiring) &- memory.tail.load(ordering: .relaxed) }

  /// Reads exactly `into`'s size or nothing. Never waits. Data thread.
  public mutating func read(into target: inout MutableRawSpan) -> Bool {
    read(target.byteCount, into: &target)
  }

  /// Reads exactly `count` bytes into `target`, from its byte `offset` on, or nothing. Data thread.
  /// - Precondition: `target` has room for them.
  public mutating func read(_ count: Int, into target: inout MutableRawSpan, offset: Int = 0) -> Bool {
    let tail = memory.tail.load(ordering: .relaxed)
    guard memory.head.load(ordering: .acquiring) &- tail >= count else { return false }
    memory.copyOut(count, into: &target, offset: offset, at: tail)
    memory.tail.store(tail &+ count, ordering: .releasing)
    return true
  }

  /// Looks without taking: copies the bytes at `offset` from the oldest on.
  public func peek(into target: inout MutableRawSpan, offset: Int = 0) -> Bool {
    let tail = memory.tail.load(ordering: .relaxed)
    guard memory.head.load(ordering: .acquiring) &- tail >= offset &+ target.byteCount else { return false }
    memory.copyOut(target.byteCount, into: &target, at: tail &+ offset)
    return true
  }

  /// Throws away the oldest bytes.
  /// - Returns: how many were there to throw, at most `count`.
  @discardableResult
  public mutating func skip(_ count: Int) -> Int {
    let tail = memory.tail.load(ordering: .relaxed)
    let taken = min(count, memory.head.load(ordering: .acquiring) &- tail)
    memory.tail.store(tail &+ taken, ordering: .releasing)
    return taken
  }
}

/// The memory both ends share. Positions only grow; a place is position modulo capacity.
/// Unchecked because of the pointer: the one writer and the one reader touch different places, told apart by `head` and
/// `tail`.
@safe final class RingMemory: @unchecked Sendable {
  let capacity: Int
  let head = Atomic<Int>(0)
  let tail = Atomic<Int>(0)
  private let base: UnsafeMutableRawPointer

  init(capacity: Int) {
    precondition(capacity > 0, "a ring needs room")
    self.capacity = capacity
    unsafe base = zeroedMemory(capacity)
  }

  deinit { unsafe free(base) }

  func copyIn(_ bytes: RawSpan, at position: Int) {
    let place = position % capacity
    let first = min(bytes.byteCount, capacity - place)
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe memcpy(base + place, start, first)
      unsafe memcpy(base, start + first, source.count - first)
    }
  }

  func copyOut(_ count: Int, into target: inout MutableRawSpan, offset: Int = 0, at position: Int) {
    precondition(offset >= 0 && offset + count <= target.byteCount, "no room for what is read")
    let place = position % capacity
    unsafe target.withUnsafeMutableBytes { out in
      guard let start = unsafe out.baseAddress?.advanced(by: offset) else { return }
      let first = min(count, capacity - place)
      unsafe memcpy(start, base + place, first)
      unsafe memcpy(start + first, base, count - first)
    }
  }
}
