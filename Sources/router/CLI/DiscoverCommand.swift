import AriaCast
import RouterCore

/// `router discover`: the speakers on the local network.
enum DiscoverCommand: Command {
  static let name = "discover"
  static let usage = "router discover [--seconds N] [--to HOST:PORT] [--json]"
  static let summary = "lists the AriaCast speakers and routers on the local network, found by UDP and mDNS"
  static let flags = [
    Flag("--seconds", value: "N", help: "how long to listen, 1 to 60; else 3"),
    Flag("--to", value: "HOST:PORT", help: "sends the UDP requests only there; else to every network of this machine"),
    Flag.json,
  ]
  static let positional: [String] = []
  static let everywhere = PeerAddress(host: "255.255.255.255", port: 12_888)

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    let seconds = try arguments.number("--seconds", in: 1...60, else: 3)
    let requests = try address(arguments.value("--to"))
    let result = await NetworkSearch().find(SpeakerQuery(requests: requests, seconds: Double(seconds)))
    if arguments.has("--json") {
      Terminal.out(json(result).pretty())
    } else {
      for note in result.notes { Terminal.error("router discover: \(note)") }
      if !result.speakers.isEmpty { Terminal.out(table(result.speakers)) }
    }
    if result.speakers.isEmpty { Terminal.error("router discover: no speaker answered in \(seconds) s") }
    return result.speakers.isEmpty ? 1 : 0
  }

  private static func address(_ text: String?) throws(UsageError) -> PeerAddress {
    guard let text else { return everywhere }
    do throws(Mismatch) {
      let address = try PeerAddress.read(.string(text), over: everywhere, in: .none)
      if address.port > 0 { return address }
    } catch {}
    throw UsageError("--to takes an address such as 192.168.1.20:12888, found \"\(text)\"")
  }

  /// One line a speaker under a head. Pure.
  static func table(_ speakers: [FoundSpeaker]) -> String {
    let head = ["NAME", "ADDRESS", "PORT", "RATE", "FOUND BY", "KIND"]
    let rows = [head] + speakers.map { row($0) }
    return Columns.lines(rows).joined(separator: "\n")
  }

  private static func row(_ speaker: FoundSpeaker) -> [String] {
    [
      speaker.name, speaker.host, String(speaker.port), speaker.sampleRate.map { "\($0) Hz" } ?? "–",
      ways(speaker).joined(separator: ", "), speaker.isRouter ? "router" : "speaker",
    ]
  }

  static func json(_ result: SpeakerSearchResult) -> JSON {
    let speakers = result.speakers.map { speaker -> JSON in
      var members: [JSON.Member] = [
        .init("name", .string(speaker.name)), .init("address", .string(speaker.host)),
        .init("port", .integer(Int64(speaker.port))),
        .init("url", .string("ws://\(PeerAddress(host: speaker.host, port: speaker.port))/audio")),
        .init("isRouter", .bool(speaker.isRouter)),
        .init("foundBy", .array(ways(speaker).map { .string($0) })),
      ]
      if let rate = speaker.sampleRate { members.append(.init("sampleRate", .integer(Int64(rate)))) }
      if let channels = speaker.channels { members.append(.init("channels", .integer(Int64(channels)))) }
      if let platform = speaker.platform { members.append(.init("platform", .string(platform))) }
      return .object(members)
    }
    return ["speakers": .array(speakers), "notes": .array(result.notes.map { .string($0) })]
  }

  private static func ways(_ speaker: FoundSpeaker) -> [String] {
    FoundSpeaker.Way.allCases.filter(speaker.ways.contains).map { $0 == .udp ? "UDP" : "mDNS" }
  }
}
