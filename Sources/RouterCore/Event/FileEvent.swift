/// A file was finished: nothing is written to it any more.
public struct FileEvent: EventPayload {
  /// Absolute path.
  public var path: String
  /// Bytes.
  public var size: Int
  /// What the file holds: `wav`, `frames`, `json`.
  public var content: String
  /// The stream's label.
  public var label: String
  /// The first packet's time of day, UTC, ISO 8601.
  public var startedAt: String
  /// Length of the sound in seconds; nil where the file does not say.
  public var seconds: Double?
  /// Why it was finished: `rotated`, `closed`, `lost`, `stopping`.
  public var reason: String

  public init(
    path: String, size: Int, content: String, label: String, startedAt: String, seconds: Double? = nil, reason: String
  ) {
    self.path = path
    self.size = size
    self.content = content
    self.label = label
    self.startedAt = startedAt
    self.seconds = seconds
    self.reason = reason
  }

  public static let name = "file"
  public static let kind = EventKind.occurrence
  public static let shape =
    "{path: string, size: int, content: string, label: string, startedAt: time, seconds: number?, reason: string}"

  public var json: JSON {
    var members: [JSON.Member] = [
      .init("path", .string(path)), .init("size", .integer(Int64(size))), .init("content", .string(content)),
      .init("label", .string(label)), .init("startedAt", .string(startedAt)),
    ]
    if let seconds { members.append(.init("seconds", .number(seconds))) }
    members.append(.init("reason", .string(reason)))
    return .object(members)
  }
}
