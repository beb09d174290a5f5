/// The newest places of a feed where a listener may start: the ends of its last writes. Pure, of fixed size.
struct FeedEntries {
  private static let capacity = 256
  private var places = [Int](repeating: 0, count: capacity)
  private var count = 0

  /// - Parameter place: At or behind the last one.
  mutating func add(_ place: Int) {
    places[count % FeedEntries.capacity] = place
    count += 1
  }

  /// Forgets all places but this one.
  mutating func restart(at place: Int) {
    count = 0
    add(place)
  }

  /// The newest place that is not behind `limit`; nil if none is known at or after `first`.
  func newest(upTo limit: Int, from first: Int) -> Int? {
    let known = min(count, FeedEntries.capacity)
    for back in 1..<known + 1 {
      let place = places[(count - back) % FeedEntries.capacity]
      if place <= limit { return place >= first ? place : nil }
    }
    return nil
  }
}
