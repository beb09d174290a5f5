import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct HTTPStreamMP3Tests {
  private static let mp3 = StreamFormat(codec: .mp3, sampleRate: 48_000, channels: 2)

  private static func start() async throws -> (RunningNode, FakeFeed) {
    try await HTTPStreamTests.start { $0.path = "/stream.mp3" }
  }

  private static func frame(_ kbps: Int) -> [UInt8] {
    var frame = MP3FrameHeader(bitrateKbps: kbps, sampleRate: 48_000, channels: 2).silentFrame
    frame[40] = 7
    return frame
  }

  private static func silence(_ kbps: Int) -> [UInt8] {
    MP3FrameHeader(bitrateKbps: kbps, sampleRate: 48_000, channels: 2).silentFrame
  }

  @Test func `the body has no head, and listeners start at any write`() async throws {
    let (run, feed) = try await Self.start()
    #expect(feed.settings.opening.isEmpty && feed.settings.alignment == 1)
    #expect(feed.settings.capacity == 80_000 && feed.settings.icyInterval == 16_000)
    await run.stop()
  }

  @Test func `silent frames fill exactly the time nobody sends`() async throws {
    let (run, feed) = try await Self.start()
    await run.host.advance(by: .milliseconds(20), times: 60)
    #expect(feed.bytes.count == 50 * 384)
    #expect(MP3FrameHeaderTests.survey(feed.bytes)?.frames == 57_600)
    await run.stop()
  }

  @Test func `frames pass as they are, and silence after them has their bit rate`() async throws {
    let (run, feed) = try await Self.start()
    let stream = try await run.host.open(run.node, format: Self.mp3)
    let sound = Self.frame(320) + Self.frame(256)
    await stream.push(sound, frames: 2_304)
    #expect(feed.bytes == sound)
    await stream.close()
    await run.host.advance(by: .milliseconds(24), times: 3)
    #expect(Array(feed.bytes.dropFirst(sound.count).prefix(768)) == Self.silence(256))
    await run.stop()
  }

  @Test func `a gap becomes whole silent frames, and what is left over is not forgotten`() async throws {
    let (run, feed) = try await Self.start()
    let stream = try await run.host.open(run.node, format: Self.mp3)
    await stream.push(Self.frame(128), frames: 1_152)
    for _ in 0..<3 { await stream.gap(frames: 800) }
    #expect(feed.bytes == Self.frame(128) + Self.silence(128) + Self.silence(128))
    await run.stop()
  }

  @Test(arguments: [[], [0xFF], Array(frame(128).dropLast()), frame(128) + [0], Array(frame(128).dropFirst())])
  func `a packet that is not whole frames reaches nobody`(packet: [UInt8]) async throws {
    let (run, feed) = try await Self.start()
    let stream = try await run.host.open(run.node, format: Self.mp3)
    await stream.push(packet, frames: 1_152)
    #expect(feed.bytes.isEmpty)
    #expect(run.metric("router_http_stream_dropped_total", reason: "malformed") == 1)
    await run.stop()
  }

  @Test func `a stream of another format is refused in words`() async throws {
    let (run, _) = try await Self.start()
    let other = StreamFormat(codec: .mp3, sampleRate: 44_100, channels: 2)
    await #expect(
      throws: StageRefusal(
        "the body is mp3 48000 Hz 2 ch, the stream mp3 44100 Hz 2 ch: give encoder and body the same")
    ) { _ = try await run.host.open(run.node, format: other) }
    await #expect(
      throws: StageRefusal(
        "the body is mp3 48000 Hz 2 ch, the stream pcm s16le 48000 Hz 2 ch", bridge: "mp3.encoder")
    ) { _ = try await run.host.open(run.node, format: HTTPStreamTests.cd) }
    await run.stop()
  }

  @Test func `titles reach the feed when they change`() async throws {
    let (run, feed) = try await Self.start()
    func event(_ artist: String?, _ title: String?, _ position: Int = 0, withdrawn: Bool = false) -> Event {
      var metadata = MetadataEvent()
      metadata.artist = artist
      metadata.title = title
      metadata.positionMs = position
      return Event(source: "phone.metadata", payload: metadata, key: "1", isWithdrawn: withdrawn)
    }
    await run.node.receive(event("Nina", "Song"), on: "metadata")
    await run.node.receive(event("Nina", "Song", 5_000), on: "metadata")
    await run.node.receive(event(nil, "Song"), on: "metadata")
    await run.node.receive(event("", nil), on: "metadata")
    await run.node.receive(event("Nina", nil), on: "metadata")
    await run.node.receive(event("Nina", nil, withdrawn: true), on: "metadata")
    #expect(feed.titles == ["Nina - Song", "Song", "", "Nina", ""])
    await run.stop()
  }

  @Test func `of several sources the newest that is still true is told`() {
    var playing = NowPlaying()
    func event(_ source: String, _ title: String, withdrawn: Bool = false) -> Event {
      var metadata = MetadataEvent()
      metadata.title = title
      return Event(source: source, payload: metadata, isWithdrawn: withdrawn)
    }
    let steps = [
      (event("a", "A"), "A"), (event("b", "B"), "B"), (event("a", "", withdrawn: true), "B"), (event("a", "C"), "C"),
      (event("a", "", withdrawn: true), "B"), (event("b", "", withdrawn: true), ""),
      (Event(source: "c", payload: VolumeEvent(percent: 1)), ""),
    ]
    for (event, title) in steps {
      let before = playing.title
      let isNew = playing.take(event)
      #expect(playing.title == title && isNew == (before != title))
    }
  }
}
