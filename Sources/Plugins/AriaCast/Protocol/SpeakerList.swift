/// The speakers found so far, each once. Pure.
struct SpeakerList: Equatable, Sendable {
  private(set) var speakers: [FoundSpeaker] = []

  init(_ found: [FoundSpeaker] = []) { for speaker in found { add(speaker) } }

  /// Adds a speaker, or what is new about one that is known.
  mutating func add(_ new: FoundSpeaker) {
    guard let index = speakers.firstIndex(where: { SpeakerList.isSame($0, new) }) else { return speakers.append(new) }
    let old = speakers[index]
    var both = old.isOnLoopback ? new : old
    both.sampleRate = old.sampleRate ?? new.sampleRate
    both.channels = old.channels ?? new.channels
    both.platform = old.platform ?? new.platform
    both.ways = old.ways.union(new.ways)
    speakers[index] = both
  }

  /// By name, as people read a list.
  var sorted: [FoundSpeaker] {
    speakers.sorted { ($0.name.lowercased(), $0.host, $0.port) < ($1.name.lowercased(), $1.host, $1.port) }
  }

  /// The speaker of that name; upper and lower case are one.
  func speaker(called name: String) -> FoundSpeaker? {
    let wanted = ReceiverName(name).text
    return speakers.first { $0.name == wanted } ?? speakers.first { $0.name.lowercased() == wanted.lowercased() }
  }

  /// A speaker on this machine is found by its loopback address too.
  private static func isSame(_ a: FoundSpeaker, _ b: FoundSpeaker) -> Bool {
    a.name == b.name && a.port == b.port && (a.host == b.host || a.isOnLoopback || b.isOnLoopback)
  }
}

extension FoundSpeaker {
  fileprivate var isOnLoopback: Bool { host.hasPrefix("127.") }
}
