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
}
