import RouterCore

/// What the files of one stream are called: `[<hwid>/]stream_<id>[_<hwid>]_<yyyyMMdd_HHmmss>[_<n>].<ending>`. Pure.
struct RecordingName: Equatable, Sendable {
  /// The folder below the recorder's own; nil for none.
  let folder: String?
  /// What comes before the time.
  let stem: String

  /// The id of a microphone; of other sources the stream's label, else the source's own id.
  init(_ offer: StreamOffer, origin: NodeID) {
    folder = offer.attributes[StreamFacts.hardware].flatMap { HardwareID($0)?.description }
    let id = offer.attributes[StreamFacts.stream] ?? RecordingName.plain(offer.label) ?? RecordingName.plain(origin)
    stem = (["stream", id ?? "unnamed"] + (folder.map { [$0] } ?? [])).joined(separator: "_")
  }

  /// The name without its ending.
  /// - Parameter number: 1 for the first of that name, then 2, 3.
  func base(_ start: WallTime, number: Int) -> String {
    "\(stem)_\(start.stamp)" + (number > 1 ? "_\(number)" : "")
  }

  /// Letters, digits, `-` and `_`; what else there is becomes `-`. nil if nothing is left.
  static func plain(_ text: String) -> String? {
    var out = ""
    for scalar in text.unicodeScalars where out.utf8.count < 64 {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_": out.unicodeScalars.append(scalar)
      default: if !out.isEmpty && out.last != "-" { out += "-" }
      }
    }
    while out.last == "-" { out.removeLast() }
    return out.isEmpty ? nil : out
  }

  /// The time in a file's name, `20261121_042611`; nil if no recorder made the name.
  static func stamp(in file: String, ending: String) -> String? {
    guard file.hasPrefix("stream_"), file.hasSuffix("." + ending) else { return nil }
    let parts = file.dropLast(ending.utf8.count + 1).split(separator: "_", omittingEmptySubsequences: false)
    // A number behind the time tells files of one second apart.
    let ends = [parts.count, parts.count - 1]
    for end in ends where end >= 4 {
      let (day, clock) = (parts[end - 2], parts[end - 1])
      guard day.utf8.count == 8, clock.utf8.count == 6, (day + clock).utf8.allSatisfy({ (48...57).contains($0) }) else {
        continue
      }
      return "\(day)_\(clock)"
    }
    return nil
  }
}
