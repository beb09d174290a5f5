import RouterCore

/// What a speaker says to its sender on `/control`. Pure.
enum SpeakerWord: Equatable, Sendable {
  /// How loud it is.
  case volume(VolumeEvent)
  /// What it wants of the source.
  case transport(TransportEvent)

  /// Reads one text.
  ///
  /// A greeting tells `current_volume`, a change `level`, below 0 where the speaker has no volume of its own. A wish has
  /// the key `action`, whatever else is in it; answers to commands have `command` and mean nothing here.
  /// - Returns: nil for anything else.
  static func read(_ text: String) -> SpeakerWord? {
    guard let message = try? JSON(strict: Array(text.utf8)), message.members != nil else { return nil }
    if let action = message["action"]?.text { return wish(action, message) }
    if let told = message["current_volume"] { return volume(told, message) }
    guard let command = message["command"]?.text?.lowercased(), commands.contains(command),
      message["success"]?.flag != false, let told = message["level"]
    else { return nil }
    return volume(told, message)
  }

  private static func wish(_ action: String, _ message: JSON) -> SpeakerWord? {
    guard message["success"] == nil else { return nil }
    guard let action = TransportAction(rawValue: action.lowercased()) else { return nil }
    guard action == .seek else { return .transport(TransportEvent(action)) }
    guard let place = (message["position_ms"] ?? message["positionMs"])?.int, place >= 0 else { return nil }
    return .transport(TransportEvent(.seek, positionMs: place))
  }

  private static let commands = ["volume", "volume_set", "mute"]

  private static func volume(_ level: JSON, _ message: JSON) -> SpeakerWord? {
    guard let level = level.double, level.isFinite, level >= 0 else { return nil }
    return .volume(VolumeEvent(percent: level, isMuted: message["muted"]?.flag ?? false))
  }
}
