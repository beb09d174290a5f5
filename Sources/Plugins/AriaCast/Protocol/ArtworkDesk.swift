import RouterCore

/// Decides when the picture of what is played is fetched. Pure: the time is passed in.
///
/// Phones serve the picture of every track under one address, so a new track means a new fetch. One fetch at a time;
/// the old picture stays until the new one is there or cannot be had.
struct ArtworkDesk {
  /// The phone needs this long after naming a track until it serves that track's picture.
  static let delay = Duration.milliseconds(200)

  /// What is to be fetched.
  struct Order: Equatable {
    var url: String
    /// Numeric address of the one that named it.
    var sender: String
    /// Which wish it answers.
    var number: Int
  }

  private(set) var artwork: Artwork?
  /// Raised with every new picture, so that addresses of ours differ.
  private(set) var version = 0
  private var wanted: Order?
  private var track: [String?] = []
  private var due: Instant?
  private var isFetching = false
  private var lastNumber = 0

  /// The metadata may have changed.
  /// - Parameter url: nil when there is no picture, or none that may be fetched.
  /// - Returns: whether ``take(at:)`` should be asked when ``delay`` is over.
  mutating func changed(url: String?, track: [String?], sender: String, at now: Instant) -> Bool {
    let isSame = url == wanted?.url && (url == nil || sender == wanted?.sender) && track == self.track
    self.track = track
    if isSame { return false }
    lastNumber += 1
    guard let url else {
      wanted = nil
      due = nil
      show(nil)
      return false
    }
    wanted = Order(url: url, sender: sender, number: lastNumber)
    due = now + ArtworkDesk.delay
    return true
  }

  /// - Returns: What to fetch now; nil when nothing is due, or a fetch is under way.
  mutating func take(at now: Instant) -> Order? {
    guard !isFetching, let due, now >= due, let wanted else { return nil }
    self.due = nil
    isFetching = true
    return wanted
  }

  /// A fetch is over.
  /// - Parameter picture: nil if there is none.
  /// - Returns: when ``take(at:)`` should be asked again; nil when nothing waits.
  mutating func finished(_ order: Order, _ picture: Artwork?) -> Instant? {
    isFetching = false
    if order.number == wanted?.number { show(picture) }
    return due
  }

  private mutating func show(_ picture: Artwork?) {
    guard picture != artwork else { return }
    artwork = picture
    version += 1
  }
}
