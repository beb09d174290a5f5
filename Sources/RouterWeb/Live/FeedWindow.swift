internal import Glibc
internal import RouterCore

/// The newest bytes of a feed on one loop, in one piece, by position in the feed. Confined to its loop.
///
/// Twice the capacity is held, so that the newest `capacity` bytes are never cut in two; when the end is reached they
/// move to the front.
@safe final class FeedWindow {
  private(set) var capacity: Int
  /// Position of the oldest byte held.
  private(set) var start = 0
  /// Position behind the newest byte.
  private(set) var end = 0
  private var base: UnsafeMutableRawPointer
  /// Offset in memory of `start`.
  private var offset = 0

  init(capacity: Int) {
    self.capacity = capacity
    unsafe base = zeroedMemory(2 * capacity)
  }

  deinit { unsafe free(base) }

  /// Holds more or less from now on; the newest bytes stay.
  func resize(to new: Int) {
    guard new != capacity else { return }
    let held = min(end - start, new)
    let other = UnsafeMutableRawPointer.allocate(byteCount: 2 * new, alignment: 64)
    unsafe other.initializeMemory(as: UInt8.self, repeating: 0, count: 2 * new)
    unsafe memcpy(other, base + offset + (end - start - held), held)
    unsafe base.deallocate()
    unsafe base = other
    capacity = new
    start = end - held
    offset = 0
  }

  /// Forgets everything; the next byte has this position.
  func restart(at position: Int) {
    start = position
    end = position
    offset = 0
  }

  /// Appends `count` bytes, at most the capacity, which `fill` writes in place.
  func append(count: Int, _ fill: (inout MutableRawSpan) -> Bool) {
    precondition(count <= capacity)
    var held = end - start
    if held + count > capacity {
      let dropped = held + count - capacity
      start += dropped
      offset += dropped
      held -= dropped
    }
    if offset + held + count > 2 * capacity {
      unsafe memmove(base, base + offset, held)
      offset = 0
    }
    var target = unsafe UnsafeMutableRawBufferPointer(start: base + offset + held, count: count).mutableBytes
    if fill(&target) { end += count }
  }

  /// Lends bytes that are held.
  func withBytes<R>(from position: Int, count: Int, _ body: (RawSpan) -> R) -> R {
    precondition(count == 0 || position >= start && position + count <= end)
    let place = count == 0 ? 0 : offset + position - start
    return body(unsafe UnsafeRawBufferPointer(start: base + place, count: count).bytes)
  }
}
