import RouterCore

/// What a sender tells a speaker about what is played: the body of POST `/metadata`. Pure.
enum OutgoingMetadata {
  /// All seven keys in camel case inside `data`, as the Android app sends them; null for what is unknown.
  ///
  /// - Parameters:
  ///   - event: nil when nobody told us.
  ///   - age: Time since the event was made: a title that plays has moved on.
  ///   - isCasting: Whether sound flows; after the end of a cast nothing plays.
  static func body(_ event: MetadataEvent?, age: Duration, isCasting: Bool) -> JSON {
    let isPlaying = isCasting && event?.isPlaying != false
    let data: JSON = [
      "title": text(event?.title), "artist": text(event?.artist), "album": text(event?.album),
      "artworkUrl": text(event?.artworkURL.flatMap { isDialable($0) ? $0 : nil }),
      "durationMs": number(event?.durationMs), "positionMs": number(position(event, age: age, isPlaying)),
      "isPlaying": .bool(isPlaying),
    ]
    return ["data": data]
  }

  private static func position(_ event: MetadataEvent?, age: Duration, _ isPlaying: Bool) -> Int? {
    guard let event, let begin = event.positionMs else { return nil }
    guard isPlaying, event.isPlaying == true else { return begin }
    let moved = begin + Int(max(0, age.nanoseconds) / 1_000_000)
    return event.durationMs.map { min(max(begin, $0), moved) } ?? moved
  }

  /// A path on one of our own pages means nothing to another machine.
  private static func isDialable(_ url: String) -> Bool {
    url.lowercased().hasPrefix("http://") || url.lowercased().hasPrefix("https://")
  }

  private static func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
  private static func number(_ value: Int?) -> JSON { value.map { .integer(Int64($0)) } ?? .null }
}
