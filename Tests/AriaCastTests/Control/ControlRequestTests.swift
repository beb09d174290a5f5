import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct ControlRequestTests {
  static func read(_ text: String) -> ControlRequest { ControlRequest.read(Array(text.utf8)) }

  @Test(
    arguments: [
      (#"{"command":"play"}"#, TransportAction.play, "play"), (#"{"action":"PAUSE"}"#, .pause, "pause"),
      (#"{"command":" Next "}"#, .next, "next"), (#"{"action":"previous"}"#, .previous, "previous"),
      (#"{"action":"stop"}"#, .stop, "stop"), (#"{"command":"Toggle"}"#, .toggle, "toggle"),
      (#"{"command":"play","action":"next"}"#, .next, "next"), (#"{"action":"next","command":"next"}"#, .next, "next"),
    ] as [(String, TransportAction, String)])
  func `both key styles in any case are one command`(_ text: String, _ action: TransportAction, _ word: String) {
    #expect(Self.read(text) == .transport(TransportEvent(action), word: word))
  }

  @Test(arguments: [
    #"{"command":"seek","position_ms":1500}"#, #"{"action":"seek","positionMs":1500.4}"#,
    #"{"action":"SEEK","value":"1500"}"#,
  ])
  func `a seek takes its position under any name, also as text`(_ text: String) {
    #expect(Self.read(text) == .transport(TransportEvent(.seek, positionMs: 1_500), word: "seek"))
  }

  @Test func `a position before the start is the start`() {
    #expect(
      Self.read(#"{"command":"seek","position_ms":-5}"#)
        == .transport(TransportEvent(.seek, positionMs: 0), word: "seek"))
  }

  @Test(
    arguments: [
      (#"{"command":"volume","direction":"up"}"#, .step(5), .volume),
      (#"{"command":"volume","direction":"DOWN"}"#, .step(-5), .volume),
      (#"{"command":"volume","direction":"get"}"#, .get, .volume),
      (#"{"command":"volume","value":30}"#, .set(30), .volume),
      (#"{"command":"volume","value":" 30.5 "}"#, .set(30.5), .volume),
      (#"{"command":"volume_set","level":"70"}"#, .set(70), .volumeSet),
      (#"{"action":"Volume_Set","level":1000}"#, .set(1_000), .volumeSet),
      (#"{"command":"mute"}"#, .mute(nil), .mute), (#"{"command":"mute","muted":"true"}"#, .mute(true), .mute),
      (#"{"command":"mute","value":0}"#, .mute(false), .mute),
    ] as [(String, VolumeWish, ControlRequest.VolumeWord)])
  func `volume commands take numbers of any kind`(_ text: String, _ wish: VolumeWish, _ word: ControlRequest.VolumeWord)
  {
    #expect(Self.read(text) == .volume(wish, word))
  }

  @Test(
    arguments: [
      ("", "Invalid JSON"), ("{", "Invalid JSON"), ("play", "Invalid JSON"), ("[]", "Expected a JSON object"),
      (#"["play"]"#, "Expected a JSON object"), (#""play""#, "Expected a JSON object"), ("7", "Expected a JSON object"),
      ("null", "Expected a JSON object"), ("{}", "Unknown command: None"),
      (#"{"command":"dance"}"#, "Unknown command: dance"), (#"{"command":5}"#, "The command must be a text"),
      (#"{"action":null}"#, "The command must be a text"), (#"{"command":["play"]}"#, "The command must be a text"),
      (#"{"command":"seek"}"#, "position_ms must be a number"),
      (#"{"command":"seek","position_ms":"soon"}"#, "position_ms must be a number"),
      (#"{"command":"seek","position_ms":1e300}"#, "position_ms must be a number"),
      (#"{"command":"volume"}"#, "volume needs direction or value"),
      (#"{"command":"volume","direction":"left"}"#, "direction must be up, down or get"),
      (#"{"command":"volume","value":"loud"}"#, "value must be a number (0-100)"),
      (#"{"command":"volume_set"}"#, "level must be a number (0-100)"),
      (#"{"command":"volume_set","level":"nan"}"#, "level must be a number (0-100)"),
      (#"{"command":"mute","muted":"maybe"}"#, "muted must be true or false"),
    ])
  func `what cannot be done is answered in words`(_ text: String, _ error: String) {
    #expect(Self.read(text) == .wrong(error))
  }

  @Test func `acknowledgements and greetings that come back are not answered`() {
    #expect(Self.read(#"{"command":"play","success":true}"#) == .nothing)
    #expect(Self.read(#"{"status":"READY","current_volume":5}"#) == .nothing)
    #expect(Self.read(#"{"error":"Unknown command: x"}"#) == .nothing)
  }

  @Test func `an unknown word is repeated only in part`() {
    let long = String(repeating: "é\"", count: 200)
    let request = ControlRequest.read(["command": .string(long)])
    #expect(request == .wrong("Unknown command: " + String(long.prefix(64))))
  }

  @Test func `only what goes to senders has the key action`() {
    let volume = ReceiverVolume(percent: 40)
    let texts: [JSON] = [
      ControlReply.done(TransportEvent(.seek, positionMs: 5), word: "seek", delivered: 1),
      ControlReply.done(TransportEvent(.play), word: "play_pause", delivered: 0),
      ControlReply.volume(.volumeSet, volume), ControlReply.error("x"),
    ]
    #expect(texts.allSatisfy { $0["action"] == nil })
    #expect(!ControlReply.handshake(volume).contains("action") && !ControlReply.announcement(volume).contains("action"))
    #expect(ControlReply.action(TransportEvent(.seek, positionMs: 5)) == #"{"action":"seek","position_ms":5}"#)
    #expect(ControlReply.done(TransportEvent(.play), word: "play_pause", delivered: 0)["state"] == "playing")
  }

  @Test func `every beginning and every damage of a message is answered without harm`() {
    let whole = Array(#"{"command":"seek","action":"Volume_Set","level":"12.5","position_ms":1e3,"muted":[1,{}]}"#.utf8)
    for end in whole.indices { _ = ControlRequest.read(Array(whole[..<end])) }
    var random = SeededGenerator(seed: 11)
    for _ in 0..<Effort.times(100_000) {
      var bytes = whole
      Mutation.apply(to: &bytes, using: &random)
      _ = ControlRequest.read(bytes)
    }
  }
}
