extension Packet {
  /// Frames of PCM the payload really holds; a trailing part of a frame does not count.
  func wholeFrames(of format: StreamFormat) -> Int { bytes.byteCount / format.bytesPerFrame }

  /// At most `limit` frames of a PCM packet from frame `first` on, numbered on from the packet's own number.
  ///
  /// Only the first part says what was missing before the packet. Data thread; allocates nothing.
  @_lifetime(copy self)
  func part(from first: Int, limit: Int, of format: StreamFormat) -> Packet {
    let size = format.bytesPerFrame
    let frames = min(limit, wholeFrames(of: format) - first)
    return Packet(
      bytes: bytes.extracting(first * size..<(first + frames) * size), frames: frames,
      sequence: sequence &+ UInt64(first / limit), arrival: arrival, missing: first == 0 ? missing : 0)
  }
}
