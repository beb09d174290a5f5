import RouterCore

/// `/metadata` over WebSocket and POST, and `/api/metadata`.
extension ReceiverNode {
  func talkMetadata(_ talk: Conversation) async {
    let client = nextClient()
    viewers.join(client, talk.peer)
    counters.viewers.set(viewers.count)
    viewers.send(metadataMessage, to: client)
    for await text in talk.messages {
      if let reply = answer(text, from: talk.peer.address.host) { viewers.send(reply, to: client) }
      talk.answered()
    }
    viewers.leave(client)
    counters.viewers.set(viewers.count)
  }

  func posted(_ request: HTTPRequest) -> HTTPResponse {
    let (json, problem) = ReceiverNode.read(request.body)
    let error = problem ?? (update(json, from: request.peer.host) ? nil : "Expected an object with metadata")
    let answer: JSON = error.map { ["success": false, "error": .string($0)] } ?? ["success": true]
    return CrossOrigin.allow(.json(answer, status: error == nil ? 200 : 400), for: request)
  }

  /// - Returns: The text for the client that asked; nil for nothing.
  private func answer(_ text: [UInt8], from host: String) -> String? {
    let (json, problem) = ReceiverNode.read(text)
    if problem != nil { return ReceiverNode.failure("Invalid JSON") }
    guard json.members != nil else { return ReceiverNode.failure("Expected a JSON object") }
    switch json["type"]?.text?.lowercased() {
    case "get": return metadataMessage
    case "clear":
      clearMetadata(from: host)
      return ReceiverNode.acknowledgement
    case "update":
      let isUpdate = json["data"] != nil && update(json, from: host)
      return isUpdate ? ReceiverNode.acknowledgement : ReceiverNode.failure("Expected an object in data")
    default: return nil
    }
  }

  // MARK: State

  var metadataJSON: JSON { metadata.json(artwork: artworkPath) }

  func clearMetadata(from host: String) { set(CastMetadata(), from: host) }

  /// - Returns: false when it is no object.
  private func update(_ json: JSON, from host: String) -> Bool {
    var next = metadata
    guard next.merge(json) else { return false }
    let fields = json["data"] ?? json
    if fields["artwork_url"] != nil || fields["artworkUrl"] != nil { pictureHost = host }
    set(next, from: host)
    return true
  }

  func set(_ next: CastMetadata, from host: String) {
    metadata = next
    metadataHost = host
    askForPicture()
    publishMetadata()
  }

  /// Tells everybody, if anything they see has changed.
  func publishMetadata() {
    let message = metadataMessage
    guard message != lastMessage else { return }
    lastMessage = message
    viewers.sendToAll(message)
    emit(metadataEvent, on: "metadata")
  }

  var metadataMessage: String {
    let message: JSON = ["type": "metadata", "data": metadataJSON]
    return message.compact
  }

  var metadataEvent: MetadataEvent {
    var event = MetadataEvent()
    event.title = metadata.title
    event.artist = metadata.artist
    event.album = metadata.album
    event.artworkURL = artworkPath
    event.durationMs = metadata.durationMs
    event.positionMs = metadata.positionMs
    event.isPlaying = metadata.isPlaying
    event.artwork = desk.artwork
    return event
  }

  // MARK: Texts

  private static let acknowledgement = #"{"type":"ack","success":true}"#

  private static func failure(_ message: String) -> String {
    let json: JSON = ["type": "error", "message": .string(message)]
    return json.compact
  }

  /// One sender writes unescaped quotes into its titles: that is answered and changes nothing.
  private static func read(_ text: [UInt8]) -> (JSON, problem: String?) {
    do throws(Problem) {
      return (try JSON(strict: text), nil)
    } catch {
      return (.null, "Invalid JSON")
    }
  }
}
