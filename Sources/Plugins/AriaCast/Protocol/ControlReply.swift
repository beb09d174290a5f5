import RouterCore

/// What a receiver says on `/control`, as lines of JSON.
///
/// Only ``action(_:)`` carries the key `action`: phones execute whatever carries it, also an acknowledgement.
enum ControlReply {
  static func handshake(_ volume: ReceiverVolume) -> String {
    let json: JSON = [
      "status": "READY", "volume_available": true, "current_volume": .integer(Int64(volume.level)),
      "muted": .bool(volume.isMuted),
    ]
    return json.compact
  }

  /// The one normalised form in which a command goes to senders.
  static func action(_ event: TransportEvent) -> String {
    var members = [JSON.Member("action", .string(event.action.rawValue))]
    if let position = event.positionMs { members.append(.init("position_ms", .integer(Int64(position)))) }
    return JSON.object(members).compact
  }

  /// - Parameter word: As the client said it.
  /// - Parameter delivered: Senders the command went to.
  static func done(_ event: TransportEvent, word: String, delivered: Int) -> JSON {
    var members = [JSON.Member("command", .string(word))]
    if let position = event.positionMs { members.append(.init("position_ms", .integer(Int64(position)))) }
    if word.hasPrefix("play") && word != "play", let state = state(after: event.action) {
      members.append(.init("state", .string(state)))
    }
    members += [.init("success", true), .init("delivered", .integer(Int64(delivered)))]
    return .object(members)
  }

  static func volume(_ word: ControlRequest.VolumeWord, _ volume: ReceiverVolume) -> JSON {
    [
      "command": .string(word.rawValue), "level": .integer(Int64(volume.level)), "muted": .bool(volume.isMuted),
      "success": true,
    ]
  }

  /// What the other controllers hear of a change.
  static func announcement(_ volume: ReceiverVolume) -> String {
    let json: JSON = [
      "command": "volume", "level": .integer(Int64(volume.level)), "muted": .bool(volume.isMuted),
    ]
    return json.compact
  }

  static func error(_ text: String) -> JSON { ["error": .string(text), "success": false] }

  /// What a toggling command asked for; nil where the sender decides.
  private static func state(after action: TransportAction) -> String? {
    switch action {
    case .play: "playing"
    case .pause: "paused"
    default: nil
    }
  }
}
