import Glibc
import RouterCore

@testable import MediaMTXMonitor

/// Answers of real servers, recorded; those in `constructed/` are made from them by hand.
enum Recorded {
  static func bytes(_ name: String) -> [UInt8] {
    let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    guard let stream = unsafe fopen("/\(folder)/Fixtures/mediamtx/\(name).json", "rb") else { return [] }
    defer { unsafe fclose(stream) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while case let count = unsafe fread(&part, 1, part.count, stream), count > 0 { bytes += part[..<count] }
    return bytes
  }

  static func paths(_ name: String) throws -> [MediaPath] {
    try ListPage<MediaPath>.read(bytes("\(name).paths-list")) { reader throws(AnswerFlaw) in
      try MediaPath.read(&reader)
    }.items
  }

  static func connections(_ list: ServerList, _ name: String) throws -> [MediaConnection] {
    try connections(list, in: bytes("\(name).\(list.rawValue)-list"))
  }

  static func connections(_ list: ServerList, in body: [UInt8]) throws -> [MediaConnection] {
    try ListPage<MediaConnection>.read(body) { reader throws(AnswerFlaw) in
      try MediaConnection.read(list, &reader)
    }.items
  }

  /// One look at a scene whose lists are recorded; a list without a recording was not offered.
  static func look(
    _ scene: String, _ lists: [ServerList] = [.srtConns], number: Int = 1, seconds: Double = 0
  ) throws -> SnapshotEvent {
    var found: [ServerList: [MediaConnection]] = [:]
    for list in lists { found[list] = try connections(list, scene) }
    return snapshot(try paths(scene), found, number: number, seconds: seconds)
  }

  /// A look `seconds` after the first.
  static func snapshot(
    _ paths: [MediaPath], _ lists: [ServerList: [MediaConnection]] = [:], number: Int = 1, seconds: Double = 0
  ) -> SnapshotEvent {
    let at = Instant(nanoseconds: 1_000_000_000_000 + Int64(seconds * 1e9))
    let time = WallTime(seconds: 1_795_187_000 + Int64(seconds))
    return SnapshotEvent(
      look: number, server: "http://127.0.0.1:9997", at: at, time: time, intervalMs: 2000,
      info: .fresh(ServerInfo(version: "v1.20.1"), at: at, time: time), paths: .fresh(paths, at: at, time: time),
      connections: lists.mapValues { .fresh($0, at: at, time: time) })
  }

  /// The ten looks, 2 s apart, of the series.
  static func series() throws -> [SnapshotEvent] {
    var reader = AnswerReader(bytes("09-series-10x2s"))
    let looks = try reader.json().items ?? []
    let first = looks.first?["t"]?.double ?? 0
    return try looks.enumerated().map { index, look in
      let paths = try ListPage<MediaPath>.read(Array((look["paths"] ?? .null).compact.utf8)) {
        reader throws(AnswerFlaw) in try MediaPath.read(&reader)
      }.items
      let connections = try connections(.srtConns, in: Array((look["srtconns"] ?? .null).compact.utf8))
      return snapshot(
        paths, [.srtConns: connections], number: index + 1, seconds: (look["t"]?.double ?? 0) - first)
    }
  }
}

extension StreamsEvent {
  func record(_ name: String) -> StreamRecord? { streams.first { $0.name == name } }
}
