/// A picture that belongs to what is played. Immutable; copies share the bytes.
public struct Artwork: Sendable, Equatable {
  /// Media type, found from the bytes themselves: `image/jpeg`.
  public let type: String
  public let bytes: [UInt8]

  public init(type: String, bytes: [UInt8]) {
    self.type = type
    self.bytes = bytes
  }
}
