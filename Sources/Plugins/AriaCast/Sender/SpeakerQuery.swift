public import RouterCore

/// What is looked for.
public struct SpeakerQuery: Sendable {
  /// Seconds after which a speaker that did not answer is not there; they answer within a few milliseconds, and phones
  /// that sleep within two seconds.
  static let usual = 3.0

  /// Where UDP requests go; the broadcast address means every network of the machine. nil sends none.
  public var requests: PeerAddress?
  /// Length of the search.
  public var seconds: Double
  /// Ends the search as soon as it is found; nil finds all.
  public var name: String?

  public init(requests: PeerAddress?, seconds: Double, name: String? = nil) {
    self.requests = requests
    self.seconds = seconds
    self.name = name
  }
}

/// What was found, and what could not be asked.
public struct SpeakerSearchResult: Sendable {
  var list = SpeakerList()
  /// For people: `mDNS was not asked: Daemon not running`.
  public var notes: [String] = []
  /// By name.
  public var speakers: [FoundSpeaker] { list.sorted }
}

/// Looks for speakers.
protocol SpeakerFinder: Sendable {
  func find(_ query: SpeakerQuery) async -> SpeakerSearchResult
}
