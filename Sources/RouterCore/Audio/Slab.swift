internal import Glibc

/// Memory of a fixed size that one owner works in, allocated once.
///
/// Bounds and lifetime are checked. It is a class so that several slabs of one owner can be lent at the same time; the
/// owner never lends one piece to two of whom one writes.
@safe final class Slab<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  // Unchecked because of the pointer: every owner is a noncopyable value, so one thread at a time works here.
  fileprivate let start: UnsafeMutablePointer<Element>
  let count: Int

  init(repeating value: Element, count: Int) {
    self.count = count
    unsafe start = .allocate(capacity: max(1, count))
    unsafe start.initialize(repeating: value, count: max(1, count))
  }

  deinit { unsafe start.deallocate() }

  /// Lends a piece to read.
  @_lifetime(borrow self)
  func span(_ range: Range<Int>) -> Span<Element> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "outside the slab")
    let span = unsafe Span(_unsafeStart: start + range.lowerBound, count: range.count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// Lends a piece to write.
  @_lifetime(borrow self)
  func mutableSpan(_ range: Range<Int>) -> MutableSpan<Element> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "outside the slab")
    let span = unsafe MutableSpan(_unsafeStart: start + range.lowerBound, count: range.count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }
}

extension Slab<UInt8> {
  /// Lends the first `count` bytes to write.
  @_lifetime(borrow self)
  func bytes(_ count: Int) -> MutableRawSpan {
    precondition(count >= 0 && count <= self.count, "outside the slab")
    let span = unsafe MutableRawSpan(_unsafeStart: UnsafeMutableRawPointer(start), byteCount: count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }
}

extension Slab<UInt8> {
  /// Copies bytes in at an offset.
  func store(_ bytes: RawSpan, at offset: Int) {
    precondition(offset >= 0 && offset + bytes.byteCount <= count, "outside the slab")
    unsafe bytes.withUnsafeBytes { source in
      if let first = source.baseAddress { unsafe memcpy(start + offset, first, source.count) }
    }
  }

  /// Forgets the first `amount` of `count` bytes: the rest moves to the front.
  func moveUp(by amount: Int, count used: Int) {
    precondition(amount >= 0 && amount <= used && used <= count, "outside the slab")
    unsafe memmove(start, start + amount, used - amount)
  }
}
