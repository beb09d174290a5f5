import RouterCore

/// What a sender plays, gathered from its messages of either spelling. An absent field is unknown.
struct CastMetadata: Equatable, Sendable {
  /// Bytes of UTF-8 kept of a text; the rest is cut at a character.
  static let longestText = 1_024
  /// Bytes of a picture's address; a longer one counts as none.
  static let longestURL = 2_048

  var title: String?
  var artist: String?
  var album: String?
  /// As the sender gave it.
  var artworkURL: String?
  var durationMs: Int?
  var positionMs: Int?
  var isPlaying: Bool?

  /// Title, artist and album: what makes one track another.
  var track: [String?] { [title, artist, album] }

  /// Takes over what a sender says, flat or inside `data`: fields in snake_case or camelCase, absent ones stay, null
  /// clears, a value of the wrong kind counts as absent.
  /// - Returns: false when it is no object; nothing has changed then.
  mutating func merge(_ json: JSON) -> Bool {
    guard json.members != nil else { return false }
    let data = json["data"]
    if let data, data.members == nil { return false }
    let fields = data ?? json
    merge("title", "title", fields, into: \.title, CastMetadata.text)
    merge("artist", "artist", fields, into: \.artist, CastMetadata.text)
    merge("album", "album", fields, into: \.album, CastMetadata.text)
    merge("artwork_url", "artworkUrl", fields, into: \.artworkURL, CastMetadata.url)
    merge("duration_ms", "durationMs", fields, into: \.durationMs, CastNumber.milliseconds)
    merge("position_ms", "positionMs", fields, into: \.positionMs, CastNumber.milliseconds)
    merge("is_playing", "isPlaying", fields, into: \.isPlaying, CastNumber.flag)
    return true
  }

  /// All seven fields in snake_case, null where unknown.
  /// - Parameter artwork: Where a client of ours finds the picture; nil: where the sender said.
  func json(artwork: String?) -> JSON {
    func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
    func number(_ value: Int?) -> JSON { value.map { .integer(Int64($0)) } ?? .null }
    return [
      "title": text(title), "artist": text(artist), "album": text(album), "artwork_url": text(artwork ?? artworkURL),
      "duration_ms": number(durationMs), "position_ms": number(positionMs), "is_playing": .bool(isPlaying ?? false),
    ]
  }

  // MARK: Fields

  /// The spelling with a value wins over one that is null: one sender writes both at once.
  private mutating func merge<Value>(
    _ snake: String, _ camel: String, _ fields: JSON, into field: WritableKeyPath<CastMetadata, Value?>,
    _ read: (JSON) -> Value?
  ) {
    let given = snake == camel ? [fields[snake]] : [fields[snake], fields[camel]]
    let values = given.compactMap { $0 }
    if let value = values.lazy.compactMap(read).first {
      self[keyPath: field] = value
    } else if values.contains(.null) {
      self[keyPath: field] = nil
    }
  }

  private static func text(_ json: JSON) -> String? {
    guard let text = json.text else { return nil }
    if text.utf8.count <= longestText { return text }
    var kept = ""
    var count = 0
    for character in text {
      count += character.utf8.count
      if count > longestText { break }
      kept.append(character)
    }
    return kept
  }

  /// An empty address is none.
  private static func url(_ json: JSON) -> String? {
    guard let text = json.text, text.utf8.count <= longestURL else { return nil }
    return text
  }
}
