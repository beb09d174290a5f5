import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct DiscoveryReplyTests {
  static let whole = Array(
    #"{"server_name":"Küche","ip":"10.0.0.1","port":12889,"samplerate":48000,"channels":2,"platform":"x"}"#.utf8)

  static func read(_ text: String) -> FoundSpeaker? { DiscoveryReply.speaker(Array(text.utf8), from: "10.0.0.9") }

  @Test func `a reply is read, with the address it came from`() {
    let speaker = DiscoveryReply.speaker(Self.whole, from: "10.0.0.9")
    #expect(
      speaker
        == FoundSpeaker(
          name: "Küche", host: "10.0.0.9", port: 12_889, sampleRate: 48_000, channels: 2, platform: "x", ways: [.udp]))
    #expect(DiscoveryReply.speaker(Self.whole + [0], from: "10.0.0.9") == speaker)
  }

  @Test func `our own answers are read`() throws {
    let responder = DiscoveryResponder(
      name: ReceiverName("Bad"), listening: PeerAddress(host: "0.0.0.0", port: 12_889))
    let question = Datagram(
      bytes: DiscoveryReply.request, peer: PeerAddress(host: "10.0.0.3", port: 1), localHost: "10.0.0.2")
    let reply = try #require(responder.answer(question).first)
    #expect(DiscoveryReply.speaker(reply, from: "10.0.0.2")?.name == "Bad")
  }

  @Test(arguments: [
    "", "[]", "{}", "5", #"{"server_name":"","port":1}"#, #"{"server_name":"a"}"#,
    #"{"server_name":"a","port":"12889"}"#,
    #"{"server_name":"a","port":0}"#, #"{"server_name":"a","port":65536}"#, #"{"server_name":["a"],"port":1}"#,
    #"{"server_name":"a","port":1.5}"#, "DISCOVER_AUDIOCAST",
  ])
  func `what names no speaker is none`(text: String) { #expect(Self.read(text) == nil) }

  @Test func `every prefix of a reply is none`() {
    for count in 0..<Self.whole.count {
      #expect(DiscoveryReply.speaker(Array(Self.whole.prefix(count)), from: "1.2.3.4") == nil)
    }
  }

  @Test func `the largest datagram is read and one more is not`() {
    let head = #"{"server_name":"a","port":1,"x":""#
    let fill = String(repeating: "y", count: DiscoveryReply.largest - head.utf8.count - 2)
    #expect(Self.read(head + fill + #""}"#)?.port == 1)
    #expect(Self.read(head + fill + #"y"}"#) == nil)
  }

  @Test func `mutated replies give a speaker one could dial, or none`() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<Effort.times(100_000) {
      var bytes = Self.whole
      Mutation.apply(to: &bytes, using: &random)
      guard let speaker = DiscoveryReply.speaker(bytes, from: "1.2.3.4") else { continue }
      #expect(!speaker.name.isEmpty && (1...65_535).contains(speaker.port) && speaker.host == "1.2.3.4")
    }
  }

  @Test func `mDNS records are read in both spellings`() {
    let txt = ["SampleRate=48000", "ch=2", "platform=media-router", "=x", "flag", "samplerate=1"].map { Array($0.utf8) }
    let speaker = ServiceAnswer.speaker(name: "Bath", host: "10.0.0.4", port: 7, txt: txt)
    #expect(speaker?.sampleRate == 48_000 && speaker?.channels == 2 && speaker?.isRouter == true)
    #expect(ServiceAnswer.speaker(name: "Bath", host: "", port: 7, txt: []) == nil)
    #expect(ServiceAnswer.speaker(name: "", host: "10.0.0.4", port: 7, txt: []) == nil)
    #expect(ServiceAnswer.speaker(name: "a", host: "10.0.0.4", port: 0, txt: []) == nil)
  }

  // MARK: Lists

  static func speaker(_ name: String, _ host: String, _ ways: Set<FoundSpeaker.Way> = [.udp]) -> FoundSpeaker {
    FoundSpeaker(name: name, host: host, port: 12_889, ways: ways)
  }

  @Test func `one speaker found twice is one, at the address others can reach`() {
    let list = SpeakerList([
      Self.speaker("A", "127.0.0.1"), Self.speaker("A", "10.0.0.2", [.mdns]), Self.speaker("A", "10.0.0.2"),
      Self.speaker("A", "127.0.0.1"),
    ])
    #expect(list.speakers == [Self.speaker("A", "10.0.0.2", [.udp, .mdns])])
    #expect(SpeakerList([Self.speaker("A", "10.0.0.2"), Self.speaker("A", "10.0.0.3")]).speakers.count == 2)
  }

  @Test func `names compare without case, and exactly first`() {
    let list = SpeakerList([Self.speaker("bath", "10.0.0.1"), Self.speaker("Bath", "10.0.0.2")])
    #expect(list.speaker(called: "Bath")?.host == "10.0.0.2")
    #expect(list.speaker(called: " BATH ")?.host == "10.0.0.1")
    #expect(list.speaker(called: "Kitchen") == nil)
  }
}
