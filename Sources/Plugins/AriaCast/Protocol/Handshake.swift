import RouterCore

/// The first and only text a receiver sends on `/audio`.
enum Handshake {
  /// The union of every dialect: `status` for old apps and the PipeWire module, `type` for apps 1.0.2 to 1.1.0, numbers
  /// in snake and camel case. Always 48 kHz and 3,840 bytes, because no sender adapts to anything else.
  static let ready: String = {
    let rate = JSON.integer(Int64(CastFormat.sampleRate))
    let size = JSON.integer(Int64(CastFormat.packetBytes))
    let union: JSON = [
      "status": "READY", "type": "handshake", "sample_rate": rate, "channels": 2, "sample_width": 2,
      "frame_size": size, "sampleRate": rate, "sampleWidth": 2, "frameSize": size,
    ]
    return union.compact
  }()

  /// Whether a receiver's first text lets a sender begin: `READY` or `handshake` somewhere in it, and no error.
  static func begins(_ text: String) -> Bool {
    !text.contains("\"error\"") && (text.contains("READY") || text.contains("handshake"))
  }
}
