internal import Glibc

/// The last so many bytes of a stream: what goes in comes out that much later. Silence before the first.
struct DelayLine {
  private var memory: [UInt8]
  private var position = 0

  /// - Parameter size: Bytes of delay; at least 1.
  init(size: Int) { memory = [UInt8](repeating: 0, count: size) }

  var size: Int { memory.count }

  /// Puts `bytes` in and as many out, to the start of `target`. Data thread; allocates nothing.
  mutating func exchange(_ bytes: RawSpan, into target: inout [UInt8]) {
    precondition(target.count >= bytes.byteCount, "no room for what leaves the delay line")
    var done = 0
    while done < bytes.byteCount {
      let count = min(bytes.byteCount - done, memory.count - position)
      swap(bytes.extracting(done..<done + count), into: &target, at: done)
      position = (position + count) % memory.count
      done += count
    }
  }

  /// One piece that does not pass the end of the memory.
  private mutating func swap(_ bytes: RawSpan, into target: inout [UInt8], at offset: Int) {
    let place = position
    unsafe memory.withUnsafeMutableBytes { line in
      guard let line = line.baseAddress else { return }
      unsafe target.withUnsafeMutableBytes { out in
        if let out = out.baseAddress { unsafe memcpy(out + offset, line + place, bytes.byteCount) }
      }
      unsafe bytes.withUnsafeBytes { new in
        if let new = new.baseAddress { unsafe memcpy(line + place, new, bytes.byteCount) }
      }
    }
  }
}
