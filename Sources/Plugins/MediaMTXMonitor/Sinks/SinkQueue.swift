/// What waits for a place outside the graph: bounded, in order; of items with the same key only the newest. Pure.
struct SinkQueue<Item: Sendable>: Sendable {
  struct Entry: Sendable {
    var item: Item
    /// Newer items with this key take its place; nil: none does.
    var key: String?
  }

  let limit: Int
  private var entries: [Entry] = []
  /// Entries before this index are taken.
  private var first = 0
  /// The number of `entries[0]`, counted over the queue's life.
  private var base = 0
  /// Numbers of waiting entries by their keys.
  private var places: [String: Int] = [:]

  /// - Parameter limit: Entries that may wait, 1 or more.
  init(limit: Int) { self.limit = limit }

  var count: Int { entries.count - first }
  var isEmpty: Bool { count == 0 }

  /// - Returns: how many of the oldest were dropped to make room.
  mutating func put(_ item: Item, key: String? = nil) -> Int {
    if let key, let place = places[key] {
      entries[place - base].item = item
      return 0
    }
    if let key { places[key] = base + entries.count }
    entries.append(Entry(item: item, key: key))
    return trim()
  }

  /// Takes the oldest out.
  mutating func take(_ limit: Int) -> [Entry] {
    let taken = Array(entries[first..<min(entries.count, first + limit)])
    for entry in taken { if let key = entry.key { places[key] = nil } }
    first += taken.count
    compact()
    return taken
  }

  /// Puts entries that were taken back to the front; those a newer one has replaced meanwhile are forgotten.
  /// - Returns: how many of the oldest were dropped to make room.
  mutating func putBack(_ taken: [Entry]) -> Int {
    let wanted = taken.filter { entry in entry.key.map { places[$0] == nil } ?? true }
    entries.replaceSubrange(..<first, with: wanted)
    base += first - wanted.count
    first = 0
    for (index, entry) in wanted.enumerated() { if let key = entry.key { places[key] = base + index } }
    return trim()
  }

  private mutating func trim() -> Int {
    let excess = max(0, count - limit)
    if excess > 0 { _ = take(excess) }
    return excess
  }

  private mutating func compact() {
    guard first == entries.count || (first > 64 && first * 2 > entries.count) else { return }
    entries.removeFirst(first)
    base += first
    first = 0
  }
}
