import RouterCore

/// What a receiver says of itself in DNS-SD.
enum ServiceRecord {
  static let type = "_audiocast._tcp"

  /// The union of the TXT keys senders read; names and port are those of the UDP reply.
  ///
  /// - Parameter nameInForce: Where the publisher says which name the network left to the receiver.
  static func event(name: ReceiverName, port: Int, nameInForce: ServiceName? = nil) -> ServiceEvent {
    ServiceEvent(
      instance: name.text, type: type, port: port,
      txt: [
        ("version", "1.0"), ("samplerate", String(CastFormat.sampleRate)), ("channels", String(CastFormat.channels)),
        ("codecs", "PCM"), ("name", name.text), ("platform", "media-router"),
      ], nameInForce: nameInForce)
  }
}
