import RouterCore

/// One datagram: who we are and what can be heard. Pure.
///
/// Names and types of the first seven members are those of the program this protocol comes from; the rest is ours.
struct Announcement {
  static let type = "pimic-audio-service"
  static let version = "1.0.0"
  /// Bytes: so much goes through any network in one piece.
  static let limit = 1_399
  /// Ports told at most.
  private static let portLimit = 100

  var id: String
  var hostName: String
  /// Ours in the network it goes to.
  var address: String
  /// Seconds since 1970.
  var time: Double
  var isGoodbye = false

  /// The JSON; streams that do not fit are left out, the last first.
  func bytes(_ services: AnnouncedServices) -> [UInt8] {
    let streams = isGoodbye ? [] : services.streams
    var told = streams.count
    while true {
      let bytes = Array(json(services, told: streams.prefix(told)).compact.utf8)
      if bytes.count <= Announcement.limit || told == 0 { return bytes }
      told -= 1
    }
  }

  private func json(_ services: AnnouncedServices, told: ArraySlice<ServiceEvent>) -> JSON {
    let isIPv6 = address.contains(":")
    var members: [JSON.Member] = [
      .init("type", .string(Announcement.type)), .init("port", .integer(Int64(services.webPort))),
      .init(
        "stream_ports", .array(services.ports.prefix(Announcement.portLimit).map { .integer(Int64($0)) })),
      .init("active_streams", .integer(Int64(isGoodbye ? 0 : Announcement.count(services.streams)))),
      .init("timestamp", .number(time)), .init("hostname", .string(String(hostName.prefix(64)))),
      .init("id", .string(id)),
      .init("url", .string("http://\(isIPv6 ? "[\(address)]" : address):\(services.webPort)")),
      .init("tls", .bool(services.hasTLS)), .init("version", .string(Announcement.version)),
      .init("streams", .array(told.map(Announcement.json))),
    ]
    if isGoodbye { members.append(.init("bye", true)) }
    return .object(members)
  }

  /// Streams, not ports: one may be heard at several.
  private static func count(_ services: [ServiceEvent]) -> Int { Set(services.compactMap { $0["stream"] }).count }

  private static func json(_ stream: ServiceEvent) -> JSON {
    func number(_ key: String) -> JSON { .integer(Int64(stream[key] ?? "") ?? 0) }
    return [
      "id": .string(stream["stream"] ?? ""), "name": .string(String(stream.instance.prefix(64))),
      "port": .integer(Int64(stream.port)), "codec": .string(stream["codec"] ?? ""), "rate": number("rate"),
      "channels": number("channels"),
    ]
  }
}
