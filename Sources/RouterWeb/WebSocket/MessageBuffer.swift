import Glibc
import RouterCore

/// Memory of one connection in which a message that came in pieces is put together; starts at a 16-byte boundary.
///
/// It grows with the bytes that arrived, never with a length that was only announced. Confined to its owner.
@safe struct MessageBuffer: ~Copyable {
  /// Memory above this is given back when a message is done.
  private static let keptCapacity = 256 << 10

  private var base: UnsafeMutableRawPointer?
  private var capacity = 0
  private(set) var count = 0

  init() { unsafe base = nil }

  deinit { unsafe base?.deallocate() }

  /// The bytes put together so far.
  var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      guard let base = unsafe base else { return RawSpan() }
      let span = unsafe RawSpan(_unsafeStart: base, byteCount: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Appends bytes, unmasked if there is a key; `key` applies from the first of them on.
  mutating func append(_ piece: RawSpan, key: UInt32?) {
    guard piece.byteCount > 0 else { return }
    reserve(count + piece.byteCount)
    guard let base = unsafe base else { return }
    let place = count
    unsafe piece.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      if let key {
        unsafe Masking.apply(key, to: base + place, from: start, count: source.count)
      } else {
        unsafe memcpy(base + place, start, source.count)
      }
    }
    count += piece.byteCount
  }

  /// Forgets the message; much memory is given back.
  mutating func clear() {
    count = 0
    guard capacity > MessageBuffer.keptCapacity else { return }
    unsafe base?.deallocate()
    unsafe base = nil
    capacity = 0
  }

  private mutating func reserve(_ wanted: Int) {
    guard wanted > capacity else { return }
    let size = max(wanted, capacity * 2, 4096)
    let new = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    if let base = unsafe base {
      unsafe memcpy(new, base, count)
      unsafe base.deallocate()
    }
    unsafe base = new
    capacity = size
  }
}
