import RouterCore

/// What plays, out of the metadata of one or more sources: the newest that is still true. Pure.
struct NowPlaying {
  private struct Entry: Equatable {
    var source: String
    var key: String
    var title: String
  }
  private var entries: [Entry] = []

  /// `Artist - Title`, or what of it is known; empty when nothing is.
  var title: String { entries.last?.title ?? "" }

  /// - Returns: Whether the title changed.
  mutating func take(_ event: Event) -> Bool {
    guard let metadata = event.payload as? MetadataEvent else { return false }
    let before = title
    entries.removeAll { $0.source == event.source && $0.key == event.key }
    if !event.isWithdrawn {
      entries.append(Entry(source: event.source, key: event.key, title: NowPlaying.words(metadata)))
    }
    return title != before
  }

  private static func words(_ metadata: MetadataEvent) -> String {
    [metadata.artist, metadata.title].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " - ")
  }
}
