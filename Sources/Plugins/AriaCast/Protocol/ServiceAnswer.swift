/// What mDNS says of one speaker. Pure.
enum ServiceAnswer {
  /// - Parameters:
  ///   - host: Numeric.
  ///   - txt: Strings of the TXT record: `key=value`; two spellings are found for rate and channels.
  /// - Returns: nil for a service nobody could dial.
  static func speaker(name: String, host: String, port: Int, txt: [[UInt8]]) -> FoundSpeaker? {
    guard !name.isEmpty, !host.isEmpty, (1...65_535).contains(port) else { return nil }
    let values = pairs(txt)
    return FoundSpeaker(
      name: ReceiverName(name).text, host: host, port: port,
      sampleRate: number(values["samplerate"] ?? values["sr"]), channels: number(values["channels"] ?? values["ch"]),
      platform: values["platform"], ways: [.mdns])
  }

  /// Keys compare without case; of equal keys the first counts. Source: RFC 6763 section 6.4.
  private static func pairs(_ txt: [[UInt8]]) -> [String: String] {
    var values: [String: String] = [:]
    for string in txt {
      guard let equals = string.firstIndex(of: UInt8(ascii: "=")), equals > 0 else { continue }
      let key = String(decoding: string[..<equals], as: UTF8.self).lowercased()
      if values[key] == nil { values[key] = String(decoding: string[(equals + 1)...], as: UTF8.self) }
    }
    return values
  }

  private static func number(_ text: String?) -> Int? { text.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }
}
