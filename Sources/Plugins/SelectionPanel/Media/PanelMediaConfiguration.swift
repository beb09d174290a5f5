import RouterCore

/// What the nodes of one panel say alike: where its media are, how many slots it has, how they are counted.
protocol PanelMediaConfiguration: Configuration {
  /// Folder with `001.jpg`, `001.mp3` and so on; relative to the routes document.
  var media: String { get set }
  /// 1 to 999.
  var mediaCount: Int { get set }
  /// Number of the first slot: 0 or 1.
  var base: Int { get set }
}

extension PanelMediaConfiguration {
  /// `media`, `mediaCount`, `base`.
  ///
  /// - Parameter live: Whether the node takes changes while it runs.
  static func mediaOptions(live: Bool) -> [Option<Self>] {
    [
      Option(
        "media", \.media, live: live,
        "Folder with the pictures (jpg, png, webp, avif) and sounds (mp3, wav, ogg, flac) of the slots, called by number: "
          + "003.jpg, 003.mp3. Relative to the routes document."),
      Option("mediaCount", \.mediaCount, 1...999, live: live, "Slots of the panel."),
      Option(
        "base", \.base, 0...1, live: live,
        "Number of the first slot, on the wire and in file names: 0 for firmware up to 2.3, 1 for firmware from 2.4."),
    ]
  }

  var naming: MediaNaming { MediaNaming(count: mediaCount, base: base) }

  /// The media folder's path, from the folder that relative paths count from.
  func mediaPath(in folder: String) -> String { media.hasPrefix("/") ? media : "\(folder)/\(media)" }

  /// Warns where nodes of one panel differ. Each pair of nodes is told of once, at the type that comes first in the
  /// alphabet.
  ///
  /// - Parameter type: The own node type.
  func mediaProblems(_ type: String, linkedTo others: [LinkedNode]) -> [Problem] {
    var seen: Set<NodeID> = []
    return others.flatMap { other -> [Problem] in
      guard type < other.type, let config = other.config as? any PanelMediaConfiguration,
        seen.insert(other.id).inserted
      else { return [] }
      return differences(to: config, of: other.id)
    }
  }

  private func differences(to other: any PanelMediaConfiguration, of node: NodeID) -> [Problem] {
    func problem(_ option: String, _ own: String, _ theirs: String) -> Problem? {
      guard own != theirs else { return nil }
      return .warning(
        option, "is \(own) here, but \(theirs) in the linked node \"\(node)\"",
        hint: "nodes of one panel count alike")
    }
    func plain(_ path: String) -> String {
      path.split(separator: "/").filter { $0 != "." }.joined(separator: "/") + (path.hasPrefix("/") ? " /" : "")
    }
    return [
      problem("mediaCount", String(mediaCount), String(other.mediaCount)),
      problem("base", String(base), String(other.base)),
      plain(media) == plain(other.media) ? nil : problem("media", "\"\(media)\"", "\"\(other.media)\""),
    ].compactMap { $0 }
  }
}
