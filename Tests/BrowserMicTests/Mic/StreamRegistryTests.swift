import RouterCore
import Testing

@testable import BrowserMic

@Suite struct StreamRegistryTests {
  private static let wall = WallTime(seconds: 1_758_700_000, nanoseconds: 123_000_000)
  private static let start = Instant(nanoseconds: 1)

  private static func wish(_ text: String = "{}") throws -> StreamWish {
    try StreamWish(try #require(MicText.json(Array(text.utf8))))
  }

  private static func hello(_ more: String = "") throws -> MicHello {
    try MicHello(
      try #require(MicText.json(Array(#"{"codec":"pcm16","sampleRate":48000,"channels":1\#(more)}"#.utf8))))
  }

  private static func registry(most: Int = 10) -> StreamRegistry { StreamRegistry(bitrates: 64...320, most: most) }

  @Test func `a stream is named by time and address, and no two alike`() throws {
    var registry = Self.registry()
    let one = try registry.reserve(Self.wish(), client: "192.168.1.7", secret: "a", at: Self.start, Self.wall)
    let two = try registry.reserve(Self.wish(), client: "192.168.1.7", secret: "b", at: Self.start, Self.wall)
    let six = try registry.reserve(Self.wish(), client: "fe80::1", secret: "c", at: Self.start, Self.wall)
    #expect(one.id == "stream_1758700000123_192_168_1_7" && two.id == "stream_1758700000124_192_168_1_7")
    #expect(six.id == "stream_1758700000123_fe80__1" && one.name == "Stream from 192.168.1.7")
  }

  @Test(arguments: [("9999", 320), ("1", 64), ("-1e300", 64), ("192", 192), ("96.6", 97), ("null", 128)])
  func `bitrates are brought within limits`(asked: String, given: Int) throws {
    var registry = Self.registry()
    let wish = try Self.wish(#"{"bitrate":\#(asked)}"#)
    #expect(try registry.reserve(wish, client: "a", secret: "", at: Self.start, Self.wall).bitrate == given)
  }

  @Test func `a reservation ends after thirty seconds without sound`() throws {
    var registry = Self.registry()
    let one = try registry.reserve(Self.wish(), client: "a", secret: "s", at: Self.start, Self.wall)
    #expect(registry.expire(at: Self.start + .seconds(29)).isEmpty)
    #expect(registry.expire(at: Self.start + .seconds(30)) == [one] && registry.streams.isEmpty)
  }

  @Test func `who has the secret takes up what was reserved`() throws {
    var registry = Self.registry()
    let one = try registry.reserve(Self.wish(#"{"name":"Bar"}"#), client: "a", secret: "s", at: Self.start, Self.wall)
    let more = #","streamId":"\#(one.id)","token":"s","name":"Other""#
    let begun = try registry.begin(Self.hello(more), client: "a", secret: "t", at: Self.start, Self.wall)
    #expect(begun.isKnown && begun.stream.id == one.id && begun.stream.name == "Bar" && begun.stream.state == .live)
    #expect(registry.expire(at: Self.start + .seconds(100)).isEmpty)
  }

  @Test func `who has it not gets a stream of their own`() throws {
    var registry = Self.registry()
    let one = try registry.reserve(Self.wish(), client: "a", secret: "s", at: Self.start, Self.wall)
    for token in [#","token":"x""#, #","token":"ss""#, ""] {
      let more = #","streamId":"\#(one.id)"\#(token)"#
      let begun = try registry.begin(Self.hello(more), client: "a", secret: "t", at: Self.start, Self.wall)
      #expect(!begun.isKnown && begun.stream.id != one.id)
    }
  }

  @Test func `a stream whose connection broke waits ten seconds`() throws {
    var registry = Self.registry()
    let one = try registry.begin(Self.hello(), client: "a", secret: "s", at: Self.start, Self.wall).stream
    registry.leave(one.id, at: Self.start + .seconds(60))
    #expect(registry.expire(at: Self.start + .seconds(69)).isEmpty)
    let more = #","streamId":"\#(one.id)","token":"s""#
    let again = try registry.begin(Self.hello(more), client: "b", secret: "", at: Self.start + .seconds(69), Self.wall)
    #expect(again.isKnown && !again.isReshaped && again.stream.client == "a")
    registry.leave(one.id, at: Self.start + .seconds(80))
    #expect(registry.expire(at: Self.start + .seconds(90)).map(\.id) == [one.id])
  }

  @Test func `another format builds the path anew`() throws {
    var registry = Self.registry()
    let one = try registry.begin(Self.hello(), client: "a", secret: "s", at: Self.start, Self.wall).stream
    let more = #","streamId":"\#(one.id)","token":"s","sampleRate":44100"#
    let json = try #require(MicText.json(Array(#"{"codec":"pcm16","channels":1\#(more)}"#.utf8)))
    let again = try registry.begin(MicHello(json), client: "a", secret: "", at: Self.start, Self.wall)
    #expect(again.isReshaped)
  }

  @Test func `there is an end to streams`() throws {
    var registry = Self.registry(most: 2)
    for _ in 0..<2 { _ = try registry.reserve(Self.wish(), client: "a", secret: "s", at: Self.start, Self.wall) }
    #expect(throws: StreamRegistry.Refusal.full) {
      try registry.begin(Self.hello(), client: "a", secret: "s", at: Self.start, Self.wall)
    }
  }

  @Test func `a stream is stopped by its secret, by whom the router trusts, and a reservation by its address`() throws {
    var registry = Self.registry()
    let live = try registry.begin(Self.hello(), client: "a", secret: "s", at: Self.start, Self.wall).stream.id
    let kept = try registry.reserve(Self.wish(), client: "a", secret: "r", at: Self.start, Self.wall).id
    #expect(throws: StreamRegistry.Refusal.notFound) {
      try registry.mayStop("x", secret: "s", client: "a", isTrusted: true)
    }
    #expect(throws: StreamRegistry.Refusal.forbidden) {
      try registry.mayStop(live, secret: nil, client: "a", isTrusted: false)
    }
    #expect(throws: StreamRegistry.Refusal.forbidden) {
      try registry.mayStop(live, secret: "r", client: "a", isTrusted: false)
    }
    #expect(throws: StreamRegistry.Refusal.forbidden) {
      try registry.mayStop(kept, secret: nil, client: "b", isTrusted: false)
    }
    #expect(try registry.mayStop(live, secret: "s", client: "z", isTrusted: false).id == live)
    #expect(try registry.mayStop(live, secret: nil, client: "z", isTrusted: true).id == live)
    #expect(try registry.mayStop(kept, secret: nil, client: "a", isTrusted: false).id == kept)
  }
}
