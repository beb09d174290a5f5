import RouterCore

/// What happened, for the page: the newest lines. The page says them in its reader's language. Pure.
struct DashboardLog {
  /// Lines kept.
  static let limit = 100

  /// What a line is about; the page has a sentence for each.
  enum Topic: String, CaseIterable {
    /// A stream came or went: label, peer.
    case joined, left
    /// Ten seconds of nothing but zeros; sound again: label.
    case silent, sounding
    /// Three seconds without a packet; packets again: label.
    case stalled, flowing
    /// Title, artist.
    case track
    /// The action's word.
    case command
    /// Percent; the word `muted`.
    case volume, muted
    /// How many more.
    case underruns
  }

  struct Line: Equatable {
    var number: Int
    var topic: Topic
    var words: [String]
    var at: Instant

    func json(at now: Instant) -> JSON {
      [
        "n": .integer(Int64(number)), "topic": .string(topic.rawValue), "words": .array(words.map { .string($0) }),
        "ageMs": .integer((now - at).nanoseconds / 1_000_000),
      ]
    }
  }
  private(set) var lines: [Line] = []
  private var last = 0

  /// - Parameter words: What the sentence is filled with; 120 characters are kept of each.
  mutating func add(_ topic: Topic, _ words: [String] = [], at now: Instant) {
    last += 1
    lines.append(Line(number: last, topic: topic, words: words.map { String($0.prefix(120)) }, at: now))
    if lines.count > DashboardLog.limit { lines.removeFirst() }
  }

  /// Lines after one that was already told.
  func since(_ number: Int) -> [Line] { Array(lines.drop { $0.number <= number }) }
  var newest: Int { last }
}
