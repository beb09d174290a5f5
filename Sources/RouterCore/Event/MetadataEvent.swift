/// What a stream plays: title and friends. An absent field is unknown.
public struct MetadataEvent: EventPayload {
  public static let name = "metadata"
  public static let kind = EventKind.state
  public static let shape =
    #"{"title":text?,"artist":text?,"album":text?,"artworkUrl":text?,"durationMs":number?,"positionMs":number?,"#
    + #""isPlaying":flag?}"#

  public var title: String?
  public var artist: String?
  public var album: String?
  /// Where a page of this router can load the picture.
  public var artworkURL: String?
  /// Milliseconds, 0 or more.
  public var durationMs: Int?
  /// Milliseconds from the start when the event was made.
  public var positionMs: Int?
  /// What the sender says; sound may flow all the same.
  public var isPlaying: Bool?
  /// The picture itself, so that a page on another port can serve it. Not in the JSON.
  public var artwork: Artwork?

  public init() {}

  public var json: JSON {
    let texts = [("title", title), ("artist", artist), ("album", album), ("artworkUrl", artworkURL)]
    var members = texts.compactMap { key, text in text.map { JSON.Member(key, .string($0)) } }
    for (key, number) in [("durationMs", durationMs), ("positionMs", positionMs)] {
      if let number { members.append(.init(key, .integer(Int64(number)))) }
    }
    if let isPlaying { members.append(.init("isPlaying", .bool(isPlaying))) }
    return .object(members)
  }
}
