internal import COgg

/// Puts packets into the pages of one logical Ogg stream, with libogg. Owned by one thread at a time.
///
/// Source: RFC 3533.
@safe struct OggWriter: ~Copyable, @unchecked Sendable {
  // Unchecked because of the C pointer: noncopyable, so there is one owner; libogg keeps no state outside of it.
  private let state: UnsafeMutablePointer<ogg_stream_state>
  private var lastNumber: ogg_int64_t = 0

  /// Bytes of the largest page there is.
  static let largestPage = 65_307

  /// Control side: allocates about 20 kB.
  /// - Parameter serial: Tells this stream from others in the same file.
  init(serial: Int32) throws(OpusFailure) {
    let state = UnsafeMutablePointer<ogg_stream_state>.allocate(capacity: 1)
    guard unsafe ogg_stream_init(state, serial) == 0 else {
      unsafe state.deallocate()
      throw .noMemory
    }
    unsafe self.state = state
  }

  deinit {
    unsafe ogg_stream_clear(state)
    unsafe state.deallocate()
  }

  /// Takes one packet; the first one begins the stream. Data thread; allocates nothing while pages are taken.
  /// - Parameters:
  ///   - granule: Frames of the stream up to the end of this packet.
  ///   - isLast: The stream ends with it.
  mutating func add(_ packet: RawSpan, granule: Int64, isLast: Bool = false) {
    let number = lastNumber
    lastNumber += 1
    unsafe packet.withUnsafeBytes { bytes in
      // libogg copies the packet; it only reads, whatever the type says.
      let memory = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
      var whole = unsafe ogg_packet(
        packet: memory?.assumingMemoryBound(to: UInt8.self), bytes: bytes.count, b_o_s: number == 0 ? 1 : 0,
        e_o_s: isLast ? 1 : 0, granulepos: granule, packetno: number)
      _ = unsafe ogg_stream_packetin(state, &whole)
    }
  }

  /// Ends the page under way and writes it. Data thread; allocates nothing.
  /// - Parameter target: Has room for ``largestPage``.
  /// - Returns: Bytes written; 0 when nothing waits. More may wait than fits one page: call until it returns 0.
  mutating func takePage(into target: inout MutableRawSpan) -> Int {
    var page = unsafe ogg_page()
    guard unsafe ogg_stream_flush(state, &page) != 0 else { return 0 }
    let (head, body) = unsafe (Int(page.header_len), Int(page.body_len))
    guard head + body <= target.byteCount else { return 0 }
    unsafe target.withUnsafeMutableBytes { out in
      unsafe out.copyMemory(from: UnsafeRawBufferPointer(start: page.header, count: head))
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: out[head...])
      unsafe rest.copyMemory(from: UnsafeRawBufferPointer(start: page.body, count: body))
    }
    return head + body
  }

  /// Everything that waits, in pages. Control side: allocates.
  mutating func remaining() -> [UInt8] {
    var pages: [UInt8] = []
    var page = [UInt8](repeating: 0, count: OggWriter.largestPage)
    while true {
      var span = page.mutableSpan
      var target = unsafe span.mutableBytes
      let count = takePage(into: &target)
      if count == 0 { return pages }
      pages += page.prefix(count)
    }
  }
}
