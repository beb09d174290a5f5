import Support
import Testing

@testable import AriaCast

@Suite struct CastURLTests {
  @Test(arguments: [
    ("ws://a:1", "ws://a:1/audio", "ws://a:1/control", "http://a:1/metadata"),
    ("ws://a:1/", "ws://a:1/audio", "ws://a:1/control", "http://a:1/metadata"),
    ("a:12889", "ws://a:12889/audio", "ws://a:12889/control", "http://a:12889/metadata"),
    ("wss://a/audio", "wss://a/audio", "wss://a/control", "https://a/metadata"),
    ("ws://a/room/audio", "ws://a/room/audio", "ws://a/room/control", "http://a/room/metadata"),
    ("ws://[::1]:7/x", "ws://[::1]:7/x", "ws://[::1]:7/control", "http://[::1]:7/metadata"),
  ])
  func `routes stand beside the sound`(text: String, audio: String, control: String, metadata: String) throws {
    let url = try #require(CastURL(text))
    #expect(url.audio == audio && url.control == control && url.metadata == metadata)
  }

  @Test(arguments: ["", "http://a/audio", "ws://", "ws:///audio", "ws://a b", "ws://?x", "ws://:80", "ws://a#b"])
  func `anything else is no speaker`(text: String) { #expect(CastURL(text) == nil) }

  @Test func `every beginning and every damage of a URL has a host, or is none`() {
    let whole = Array("wss://kitchen.local:12889/room/audio".utf8)
    var random = SeededGenerator(seed: 61)
    for count in 0...whole.count { check(Array(whole[..<count])) }
    for _ in 0..<Effort.times(100_000) {
      var bytes = whole
      Mutation.apply(to: &bytes, using: &random)
      check(bytes)
    }
  }

  private func check(_ bytes: [UInt8]) {
    guard let url = CastURL(String(decoding: bytes, as: UTF8.self)) else { return }
    let schemes = url.audio.lowercased().hasPrefix("wss://") ? ("wss://", "https://") : ("ws://", "http://")
    let isSound =
      url.control.hasPrefix(schemes.0) && url.metadata.hasPrefix(schemes.1) && url.control.hasSuffix("/control")
      && url.metadata.hasSuffix("/metadata") && !url.audio.contains { $0.isWhitespace || $0 == "#" }
    if !isSound { Issue.record("\(url)") }
  }

  @Test func `a found address becomes a URL`() {
    #expect(CastURL(host: "10.0.0.1", port: 5).audio == "ws://10.0.0.1:5/audio")
    #expect(CastURL(host: "fe80::1", port: 5).control == "ws://[fe80::1]:5/control")
  }

  @Test(arguments: [
    ("", "", false), ("ws://a", "", true), ("", "Kitchen", true), ("ws://a", "Kitchen", false), ("http://a", "", false),
  ])
  func `the node wants a URL or a name`(url: String, speaker: String, isRight: Bool) {
    var config = SpeakerCast.Config()
    config.url = url
    config.speaker = speaker
    #expect(config.check().isEmpty == isRight)
  }
}
