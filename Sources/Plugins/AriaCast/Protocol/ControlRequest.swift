import RouterCore

/// What a client of `/control` or `/api/command` asks for, whatever dialect it speaks. Pure.
///
/// Commands come under `action` or `command`, or under both at once, in any case; `action` wins. Numbers may be texts.
enum ControlRequest: Equatable {
  /// How a volume command is answered: the word it came with.
  enum VolumeWord: String { case volume, volumeSet = "volume_set", mute }

  /// - Parameter word: As the acknowledgement repeats it.
  case transport(TransportEvent, word: String)
  /// Play or pause, whichever it is not now.
  case playPause(word: String)
  case volume(VolumeWish, VolumeWord)
  /// An acknowledgement or an announcement that was echoed back.
  case nothing
  case wrong(String)

  /// Reads one message.
  static func read(_ text: [UInt8]) -> ControlRequest {
    do throws(Problem) {
      return read(try JSON(strict: text))
    } catch {
      return .wrong("Invalid JSON")
    }
  }

  static func read(_ json: JSON) -> ControlRequest {
    guard json.members != nil else { return .wrong("Expected a JSON object") }
    // An acknowledgement, an error or a greeting: answering these could go round for ever.
    if json["success"] != nil || json["error"] != nil || json["status"] != nil { return .nothing }
    guard let given = json["action"] ?? json["command"] else { return .wrong("Unknown command: None") }
    guard let text = given.text else { return .wrong("The command must be a text") }
    let word = text.trimmed.lowercased()
    if let action = TransportAction(rawValue: word) { return transport(action, word, json) }
    switch word {
    case "play_pause", "playpause": return .playPause(word: word)
    case "volume": return volume(json)
    case "volume_up": return .volume(.step(ReceiverVolume.step), .volume)
    case "volume_down": return .volume(.step(-ReceiverVolume.step), .volume)
    case "volume_set": return volumeSet(json)
    case "mute": return mute(json)
    default: return .wrong("Unknown command: " + String(text.prefix(64)))
    }
  }

  private static func transport(_ action: TransportAction, _ word: String, _ json: JSON) -> ControlRequest {
    guard action == .seek else { return .transport(TransportEvent(action), word: word) }
    let given = json["position_ms"] ?? json["positionMs"] ?? json["value"]
    guard let position = given.flatMap(CastNumber.milliseconds) else { return .wrong("position_ms must be a number") }
    return .transport(TransportEvent(.seek, positionMs: position), word: word)
  }

  private static func volume(_ json: JSON) -> ControlRequest {
    if let direction = json["direction"] {
      switch direction.text?.trimmed.lowercased() {
      case "up": return .volume(.step(ReceiverVolume.step), .volume)
      case "down": return .volume(.step(-ReceiverVolume.step), .volume)
      case "get": return .volume(.get, .volume)
      default: return .wrong("direction must be up, down or get")
      }
    }
    guard let value = json["value"] ?? json["level"] else { return .wrong("volume needs direction or value") }
    guard let number = CastNumber.number(value) else { return .wrong("value must be a number (0-100)") }
    return .volume(.set(number), .volume)
  }

  private static func volumeSet(_ json: JSON) -> ControlRequest {
    guard let number = (json["level"] ?? json["value"]).flatMap(CastNumber.number) else {
      return .wrong("level must be a number (0-100)")
    }
    return .volume(.set(number), .volumeSet)
  }

  /// Without a value it is the other way round than now.
  private static func mute(_ json: JSON) -> ControlRequest {
    guard let given = json["muted"] ?? json["mute"] ?? json["value"] else { return .volume(.mute(nil), .mute) }
    guard let flag = CastNumber.flag(given) else { return .wrong("muted must be true or false") }
    return .volume(.mute(flag), .mute)
  }
}
