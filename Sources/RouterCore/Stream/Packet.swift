/// One unit of a stream as it travels a link, usually 20 ms, lent for the length of one call.
///
/// The compiler refuses to let a stage keep it; a stage that needs the bytes later copies them into memory it owns.
/// Data thread.
public struct Packet: ~Escapable {
  /// The payload where it was received: interleaved little-endian samples for PCM, one codec unit otherwise.
  public let bytes: RawSpan
  /// Frames (samples per channel) the payload stands for; 0 where the codec does not say.
  public var frames: Int
  /// Raised by one with every packet of the stream; starts at 0.
  public var sequence: UInt64
  /// When the bytes arrived (or were made), on the monotonic clock.
  public var arrival: Instant
  /// Frames known to be missing between the packet before and this one.
  public var missing: Int

  @_lifetime(copy bytes)
  public init(bytes: RawSpan, frames: Int, sequence: UInt64 = 0, arrival: Instant, missing: Int = 0) {
    self.bytes = bytes
    self.frames = frames
    self.sequence = sequence
    self.arrival = arrival
    self.missing = missing
  }

  /// The same header over other bytes: what a transform sends on.
  @_lifetime(copy bytes)
  public func carrying(_ bytes: RawSpan, frames: Int? = nil) -> Packet {
    Packet(
      bytes: bytes, frames: frames ?? self.frames, sequence: sequence, arrival: arrival, missing: missing)
  }
}
