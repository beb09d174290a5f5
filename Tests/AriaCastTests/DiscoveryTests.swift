import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct DiscoveryTests {
  static func responder(
    _ name: String = "Living Room", at host: String = "0.0.0.0", port: Int = 12_889
  ) -> DiscoveryResponder {
    DiscoveryResponder(name: ReceiverName(name), listening: PeerAddress(host: host, port: port))
  }

  static func ask(
    _ bytes: [UInt8], _ responder: DiscoveryResponder = responder(), from peer: String = "192.168.1.20",
    localHost: String = "192.168.1.5"
  ) -> [[UInt8]] {
    responder.answer(Datagram(bytes: bytes, peer: PeerAddress(host: peer, port: 5000), localHost: localHost))
  }

  @Test(arguments: [
    "DISCOVER_AUDIOCAST", "DISCOVER_ARIACAST", "discover_audiocast", "Discover_AriaCast", "DISCOVER_AUDIOCAST\n",
    "DISCOVER_AUDIOCAST\r\n", "  \t DISCOVER_AUDIOCAST", "DISCOVER_AUDIOCAST\0", "\0\0DISCOVER_ARIACAST \0\n",
  ])
  func `both words are answered in any case and with padding`(request: String) {
    #expect(Self.ask(Array(request.utf8)).count == 1)
  }

  @Test(arguments: [
    "", " ", "\0", "DISCOVER", "DISCOVER_AUDIOCASTS", "XDISCOVER_AUDIOCAST", "DISCOVER AUDIOCAST",
    "DISCOVER_AUDIO\0CAST", "DISCOVER_AUDIOCAST DISCOVER_AUDIOCAST", "{\"server_name\":\"x\"}", "DISCOVER_AIRCAST",
  ])
  func `anything else is ignored`(request: String) {
    #expect(Self.ask(Array(request.utf8)).isEmpty)
  }

  @Test func `the reply has the five keys with the types senders insist on`() {
    let reply = Self.ask(Array("DISCOVER_AUDIOCAST".utf8)).map { String(decoding: $0, as: UTF8.self) }
    #expect(
      reply == [
        #"{"server_name":"Living Room","ip":"192.168.1.5","port":12889,"samplerate":48000,"channels":2}"#
      ])
  }

  @Test func `the address is the one that routes to the requester, or the one the receiver is bound to`() {
    let request = Array("DISCOVER_AUDIOCAST".utf8)
    func ip(_ responder: DiscoveryResponder, from peer: String, localHost: String) -> Bool? {
      Self.ask(request, responder, from: peer, localHost: localHost).first.map { reply in
        String(decoding: reply, as: UTF8.self).contains("\"ip\":\"10.0.0.1\"")
      }
    }
    #expect(ip(Self.responder(), from: "10.0.0.9", localHost: "10.0.0.1") == true)
    #expect(ip(Self.responder(at: "::"), from: "10.0.0.9", localHost: "10.0.0.1") == true)
    #expect(ip(Self.responder(at: "10.0.0.1"), from: "10.9.0.9", localHost: "10.9.0.1") == true)
    #expect(ip(Self.responder(at: "127.0.0.1"), from: "127.0.0.1", localHost: "127.0.0.1") == false)
    #expect(ip(Self.responder(at: "127.0.0.1"), from: "10.0.0.9", localHost: "10.0.0.1") == nil)
    #expect(ip(Self.responder(at: "fe80::1"), from: "10.0.0.9", localHost: "10.0.0.1") == nil)
    #expect(ip(Self.responder(), from: "10.0.0.9", localHost: "") == nil)
    #expect(ip(Self.responder(), from: "10.0.0.9", localHost: "0.0.0.0") == nil)
  }

  @Test func `names lose what senders cannot read`() {
    #expect(ReceiverName("  Küche \"1\" \\ \u{7}\n").text == "Küche 1")
    #expect(ReceiverName("\"\\\u{0}").text == "AriaCast")
    #expect(ReceiverName("a\u{A0}b").text == "a b")
    #expect(ReceiverName("Salon 🎵").text == "Salon 🎵")
  }

  @Test func `names end on a character within 63 bytes`() {
    #expect(ReceiverName(String(repeating: "x", count: 63)).text.utf8.count == 63)
    #expect(ReceiverName(String(repeating: "x", count: 64)).text.utf8.count == 63)
    #expect(ReceiverName(String(repeating: "ü", count: 60)).text == String(repeating: "ü", count: 31))
    #expect(ReceiverName(String(repeating: "x", count: 62) + "ü").text == String(repeating: "x", count: 62))
    let family = "👨‍👩‍👧‍👦"
    #expect(ReceiverName(family + family + family).text == family + family)
    let endless = "e" + String(repeating: "\u{301}", count: 500)
    #expect(ReceiverName(endless).text.utf8.count <= 63)
    #expect(ReceiverName(endless).text.unicodeScalars.first == "e")
  }

  @Test func `a reply never exceeds 511 bytes and holds no escape`() {
    var random = SeededGenerator(seed: 1)
    let request = Array("DISCOVER_AUDIOCAST".utf8)
    for _ in 0..<2_000 {
      let scalars = (0..<Int.random(in: 0...400, using: &random)).compactMap { _ in
        Unicode.Scalar(UInt32.random(in: 0...0x2FFFF, using: &random))
      }
      var wish = String.UnicodeScalarView()
      wish.append(contentsOf: scalars)
      let replies = Self.ask(request, Self.responder(String(wish), port: 65_535), localHost: "255.255.255.254")
      #expect(replies.count == 1)
      #expect(replies.allSatisfy { $0.count <= 511 && !$0.contains(UInt8(ascii: "\\")) })
      #expect(replies.allSatisfy { String(validating: $0, as: UTF8.self) != nil })
    }
  }

  @Test func `a hundred thousand mutated datagrams are answered only when they are a request`() {
    var random = SeededGenerator(seed: 2)
    let seeds = DiscoveryRequest.words.map { Array($0.utf8) }
    var answered = 0
    for _ in 0..<Effort.times(100_000) {
      var bytes = seeds.randomElement(using: &random) ?? []
      Mutation.apply(to: &bytes, using: &random)
      let isRequest = Self.isRequest(bytes)
      #expect(Self.ask(bytes).count == (isRequest ? 1 : 0))
      answered += isRequest ? 1 : 0
    }
    #expect(answered > 0)
  }

  /// The same rule, said another way.
  static func isRequest(_ bytes: [UInt8]) -> Bool {
    guard let text = String(validating: bytes, as: UTF8.self), text.utf8.allSatisfy({ $0 < 128 }) else { return false }
    let padding: Set<Unicode.Scalar> = [" ", "\0", "\t", "\n", "\r", "\u{B}", "\u{C}"]
    let scalars = Array(text.unicodeScalars)
    guard let first = scalars.firstIndex(where: { !padding.contains($0) }),
      let last = scalars.lastIndex(where: { !padding.contains($0) })
    else { return false }
    let word = scalars[first...last].map { String($0) }.joined().uppercased()
    return word == "DISCOVER_AUDIOCAST" || word == "DISCOVER_ARIACAST"
  }
}
