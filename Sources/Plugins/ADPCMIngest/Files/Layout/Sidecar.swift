import RouterCore

/// What is known of a file when it is finished, for the `.json` beside it. Pure.
struct Sidecar: Equatable, Sendable {
  /// Of the stream.
  struct Stream: Equatable, Sendable {
    var label: String
    var peer: String
    var format: StreamFormat
    /// Absent for sources that have none.
    var id: String?
    var hardware: String?
    var handshake: String?
  }

  var stream: Stream
  var startedAt: WallTime
  var endedAt: WallTime
  var packets = 0
  /// Frames (samples of each channel).
  var frames = 0
  var firstSequence: UInt64?
  var lastSequence: UInt64?
  var gaps = 0
  /// Frames that never came, or that there was no room for.
  var missingFrames = 0
  var reason: String

  func json(file: String, size: Int, content: String) -> JSON {
    let format = stream.format
    var members: [JSON.Member] = [
      .init("file", .string(file)), .init("size", .integer(Int64(size))), .init("content", .string(content)),
      .init("label", .string(stream.label)), .init("peer", .string(stream.peer)),
    ]
    if let id = stream.id { members.append(.init("streamId", .string(id))) }
    if let hardware = stream.hardware { members.append(.init("hwid", .string(hardware))) }
    if let handshake = stream.handshake { members.append(.init("handshake", .string(handshake))) }
    members += [
      .init("codec", .string(format.codec.rawValue)), .init("sampleRate", .integer(Int64(format.sampleRate))),
      .init("channels", .integer(Int64(format.channels))),
      .init("startedAt", .string(startedAt.iso8601)), .init("endedAt", .string(endedAt.iso8601)),
      .init("packets", .integer(Int64(packets))), .init("frames", .integer(Int64(frames))),
      .init("firstSequence", firstSequence.map { .integer(Int64(clamping: $0)) } ?? .null),
      .init("lastSequence", lastSequence.map { .integer(Int64(clamping: $0)) } ?? .null),
      .init("gaps", .integer(Int64(gaps))), .init("missingFrames", .integer(Int64(missingFrames))),
      .init("reason", .string(reason)),
    ]
    return .object(members)
  }

  /// Length of the sound in seconds.
  var seconds: Double { stream.format.sampleRate > 0 ? Double(frames) / Double(stream.format.sampleRate) : 0 }
}
