import RouterCore

extension Codec {
  /// IMA ADPCM frames as microphones send them: per channel four bytes of state, then the nibbles. One packet is one
  /// frame's payload; its `sequence` is the number the sender gave it.
  static let imaADPCM = Codec(rawValue: "ima-adpcm")
}

/// What `adpcm.ingest` says of a stream in the attributes of its offer, for recorders downstream.
enum StreamFacts {
  /// The sender's stream id, decimal.
  static let stream = "streamId"
  /// The sender's hardware id as it stands in file names; absent without one.
  static let hardware = "hwid"
  /// The 32 bytes of the handshake, hexadecimal.
  static let handshake = "handshake"
  /// Samples of each channel in a frame; 0: frames differ.
  static let frameSamples = "frameSamples"
  /// `low` if the sender states that it puts the lower half of a byte first; else absent.
  static let nibbleOrder = "nibbleOrder"

  /// What a decoder must know of a stream's frames.
  struct Frames: Equatable, Sendable {
    /// Samples of each channel in a frame; 0 where they differ or nobody says.
    var samples = 0
    /// Samples of each channel that a frame may decode to.
    var largest = 65_536
    var isLowFirst = false

    init() {}

    /// The attributes are of the source's own frames: an encoder on the way makes others.
    init(_ offer: StreamOffer) {
      guard offer.format.codec == .imaADPCM else { return }
      isLowFirst = offer.attributes[StreamFacts.nibbleOrder] == NibbleOrder.low.rawValue
      guard let samples = offer.attributes[StreamFacts.frameSamples].flatMap({ Int($0) }), samples > 0 else { return }
      self.samples = samples
      // The limit of payloads leaves room to spare.
      largest = samples + 64
    }
  }
}
