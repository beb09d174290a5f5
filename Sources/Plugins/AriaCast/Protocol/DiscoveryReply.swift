import RouterCore

/// What a speaker answers to a discovery request. Pure.
enum DiscoveryReply {
  /// A longer datagram is none.
  static let largest = 1_500
  static let request = Array("DISCOVER_AUDIOCAST".utf8)

  /// Reads one datagram.
  ///
  /// - Parameter host: Where it came from: what it says of its own address may be wrong on machines with several.
  /// - Returns: nil for anything that names no speaker one could dial.
  static func speaker(_ bytes: [UInt8], from host: String) -> FoundSpeaker? {
    guard bytes.count <= largest, let reply = try? JSON(strict: trimmed(bytes), limits: limits) else { return nil }
    guard let name = reply["server_name"]?.text, !name.isEmpty else { return nil }
    guard let port = reply["port"]?.int, (1...65_535).contains(port) else { return nil }
    return FoundSpeaker(
      name: ReceiverName(name).text, host: host, port: port, sampleRate: positive(reply["samplerate"]),
      channels: positive(reply["channels"]), platform: reply["platform"]?.text, ways: [.udp])
  }

  private static let limits: JSONReader.Limits = {
    var limits = JSONReader.Limits()
    limits.depth = 4
    return limits
  }()

  /// C programs send the NUL behind the text.
  private static func trimmed(_ bytes: [UInt8]) -> [UInt8] { Array(bytes.prefix { $0 != 0 }) }

  private static func positive(_ value: JSON?) -> Int? { value?.int.flatMap { $0 > 0 ? $0 : nil } }
}
