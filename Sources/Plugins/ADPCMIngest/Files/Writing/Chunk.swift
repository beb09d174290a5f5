import RouterCore

/// Bytes that are put together for one write. Confined to one thread.
final class Chunk {
  /// Written at once beyond this.
  static let goal = 256 * 1024
  private var bytes: [UInt8]
  private(set) var used = 0

  init() { bytes = [UInt8](repeating: 0, count: 2 * Chunk.goal) }

  var isFull: Bool { used >= Chunk.goal }
  func clear() { used = 0 }

  /// Appends what was put in to a file.
  func write(to file: OpenFile) throws(SystemError) {
    let lent = bytes
    try unsafe file.append(lent.span.bytes.extracting(0..<used))
  }

  func put(_ more: [UInt8]) {
    makeRoom(more.count)
    bytes.replaceSubrange(used..<used + more.count, with: more)
    used += more.count
  }

  func putZeros(_ count: Int) {
    makeRoom(count)
    for index in used..<used + count { bytes[index] = 0 }
    used += count
  }

  /// Takes so many bytes out of a ring, which has them.
  func take(_ count: Int, from ring: inout RingReader) {
    makeRoom(count)
    var target = bytes.mutableSpan
    var all = unsafe target.mutableBytes
    if ring.read(count, into: &all, offset: used) { used += count }
  }

  private func makeRoom(_ count: Int) {
    if used + count > bytes.count { bytes += [UInt8](repeating: 0, count: max(count, bytes.count)) }
  }
}
