import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct HTTPStreamTests {
  static let cd = StreamFormat(sampleRate: 48_000, channels: 2)
  /// 20 ms of silence in the usual format.
  static let silence = [UInt8](repeating: 0, count: 3_840)

  /// A running node that so many listen to, and its feed.
  static func start(
    listeners: Int = 1, _ edit: (inout HTTPStream.Config) -> Void = { _ in }
  ) async throws -> (RunningNode, FakeFeed) {
    var config = HTTPStream.Config()
    edit(&config)
    let host = try FakeHost(node: "web")
    let node = HTTPStreamNode(config: config, context: host.context)
    let run = try await RunningNode(node, in: host)
    let feed = try #require(host.web.feeds.first)
    feed.listeners = listeners
    if listeners > 0 { await run.waitForSilence(node.silence) }
    return (run, feed)
  }

  static func sound(_ bytes: Int, _ seed: UInt64 = 1) -> [UInt8] { ReceiverTests.sound(bytes, seed) }

  @Test func `the body begins with a WAV head whose lengths never end`() async throws {
    let (run, feed) = try await Self.start()
    let hex = feed.settings.opening.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    #expect(
      hex == "52494646ffffffff57415645666d7420100000000100020080bb000000ee02000400100064617461ffffffff")
    #expect(feed.settings.alignment == 4)
    #expect(feed.settings.capacity == 2 * 192_000)
    #expect(feed.settings.maxListeners == 2_000)
    #expect(feed.settings.whenFull == .skip)
    await run.stop()
  }

  @Test func `the route answers with the feed as audio-wav that nobody caches`() async throws {
    let (run, feed) = try await Self.start { $0.path = "/radio.wav" }
    let route = try #require(run.host.web.route("GET", "/radio.wav"))
    guard case .http(let answer) = route.answer else { throw CastSender.Missing() }
    let here = PeerAddress(host: "127.0.0.1", port: 1)
    let response = await answer(HTTPRequest(method: "GET", path: "/radio.wav", peer: here, local: here))
    #expect(response.status == 200)
    #expect(response.fields["content-type"] == "audio/wav")
    #expect(response.fields["cache-control"]?.contains("no-cache") == true)
    guard case .live(let body) = response.body else { throw CastSender.Missing() }
    #expect(body as AnyObject === feed)
    await run.stop()
    #expect(feed.isClosed)
    #expect(run.host.web.leases.map(\.isReleased) == [true])
  }

  @Test func `sound of the body's format passes bit for bit`() async throws {
    let (run, feed) = try await Self.start()
    let stream = try await run.host.open(run.node, format: Self.cd)
    let sound = Self.sound(3_840 * 5 + 44)
    for place in stride(from: 0, to: sound.count, by: 3_840) {
      #expect(await stream.push(Array(sound[place..<min(place + 3_840, sound.count)])) == .go)
    }
    #expect(feed.bytes == sound)
    await run.stop()
  }

  @Test func `silence fills exactly the time nobody sends`() async throws {
    let (run, feed) = try await Self.start()
    await run.host.advance(by: .milliseconds(20), times: 50)
    #expect(feed.bytes == [UInt8](repeating: 0, count: 192_000))
    // A machine that was busy makes up for the time.
    await run.host.advance(by: .milliseconds(130))
    #expect(feed.has(192_000 + 4 * 6_240))
    #expect(run.metric("router_http_stream_silence_frames_total") == 48_000 + 6_240)
    await run.stop()
  }

  @Test func `no silence is put between the packets of a stream, and it returns when the stream is over`() async throws
  {
    let (run, feed) = try await Self.start()
    let stream = try await run.host.open(run.node, format: Self.cd)
    let sound = Self.sound(3_840 * 20)
    for index in 0..<20 {
      await run.host.advance(by: .milliseconds(20))
      await stream.push(Array(sound[index * 3_840..<(index + 1) * 3_840]))
    }
    let pause = feed.bytes.count - sound.count
    #expect(feed.bytes.prefix(pause).allSatisfy { $0 == 0 } && pause <= 3_840)
    #expect(Array(feed.bytes.dropFirst(pause)) == sound)
    await stream.close()
    await run.host.advance(by: .milliseconds(20), times: 10)
    // The last packet is still being played for the first 20 ms.
    #expect(feed.has(pause + sound.count + 9 * 3_840))
    await run.stop()
  }

  @Test func `a stalled stream is waited for before silence takes its place`() async throws {
    let (run, feed) = try await Self.start()
    let stream = try await run.host.open(run.node, format: Self.cd)
    await stream.push(Self.sound(3_840))
    await run.host.advance(by: .milliseconds(20), times: 25)
    #expect(feed.has(3_840))
    await run.host.advance(by: .milliseconds(20))
    #expect(feed.has(3_840 + 25 * 3_840))
    await run.host.advance(by: .milliseconds(20))
    #expect(feed.has(3_840 + 26 * 3_840))
    // The stream goes on before the next look: its 20 ms follow at once.
    run.host.time.advance(by: .milliseconds(10))
    await stream.push(Self.sound(3_840, 2))
    #expect(feed.has(3_840 + 26 * 3_840 + 3_840))
    #expect(Array(feed.bytes.suffix(3_840)) == Self.sound(3_840, 2))
    await run.stop()
  }

  @Test func `the newest stream is heard, and the older one again when it is over`() async throws {
    let (run, feed) = try await Self.start()
    let old = try await run.host.open(run.node, format: Self.cd)
    let new = try await run.host.open(run.node, format: Self.cd)
    await old.push(Self.sound(3_840, 1))
    await new.push(Self.sound(3_840, 2))
    await old.push(Self.sound(3_840, 3))
    await new.push(Self.sound(3_840, 4))
    #expect(feed.bytes == Self.sound(3_840, 1) + Self.sound(3_840, 2) + Self.sound(3_840, 4))
    #expect(run.metric("router_http_stream_dropped_total", reason: "superseded") == 1)
    await new.close()
    await old.push(Self.sound(3_840, 5))
    #expect(Array(feed.bytes.suffix(3_840)) == Self.sound(3_840, 5))
    await run.stop()
  }

  @Test func `frames a stream lost are silence of the same length, at most a second`() async throws {
    let (run, feed) = try await Self.start()
    let stream = try await run.host.open(run.node, format: Self.cd)
    await stream.push(Self.sound(3_840))
    await stream.gap(frames: 100)
    await stream.push(Self.sound(3_840, 2))
    #expect(feed.bytes == Self.sound(3_840) + [UInt8](repeating: 0, count: 400) + Self.sound(3_840, 2))
    await stream.gap(frames: 1_000_000)
    #expect(feed.has(7_680 + 400 + 192_000))
    await run.stop()
  }

  @Test func `an encoded stream is refused`() async throws {
    let (run, _) = try await Self.start()
    let format = StreamFormat(codec: Codec(rawValue: "mp3"), sampleRate: 48_000, channels: 2)
    await #expect(throws: StageRefusal.self) { _ = try await run.host.open(run.node, format: format) }
    await run.stop()
  }

  @Test func `listeners are counted as they come and go`() async throws {
    let (run, feed) = try await Self.start()
    let gauge = run.host.context.metrics.gauge("router_http_stream_listeners", "")
    feed.listeners = 3
    #expect(gauge.current == 3)
    feed.listeners = 0
    #expect(gauge.current == 0)
    await run.stop()
  }

  @Test func `nothing is written while nobody listens, and who comes then hears what is sent then`() async throws {
    let (run, feed) = try await Self.start(listeners: 0)
    let node = try #require(run.node as? HTTPStreamNode)
    let stream = try await run.host.open(run.node, format: Self.cd)
    for _ in 0..<10 {
      await run.host.advance(by: .milliseconds(20))
      await stream.push(Self.sound(3_840))
    }
    await run.host.advance(by: .seconds(100))
    #expect(feed.bytes.isEmpty)
    #expect(run.metric("router_http_stream_silence_frames_total") == 0)
    feed.listeners = 1
    await run.waitForSilence(node.silence)
    await stream.push(Self.sound(3_840, 2))
    #expect(feed.bytes == Self.sound(3_840, 2))
    await stream.close()
    // The packet is still being played for the first 20 ms.
    await run.host.advance(by: .milliseconds(20), times: 10)
    #expect(feed.has(3_840 + 9 * 3_840))
    await run.stop()
  }

  @Test func `the timer runs from the first listener to the last, and time without one is not made up for`()
    async throws
  {
    let (run, feed) = try await Self.start()
    let node = try #require(run.node as? HTTPStreamNode)
    await run.host.advance(by: .milliseconds(20), times: 3)
    #expect(feed.has(3 * 3_840))
    feed.listeners = 2
    feed.listeners = 0
    await run.host.advance(by: .milliseconds(20))
    #expect(await !run.host.loop.perform { node.silence.isRunning(on: $0) })
    await run.host.advance(by: .seconds(10))
    feed.listeners = 1
    await run.waitForSilence(node.silence)
    #expect(feed.has(3 * 3_840))
    await run.host.advance(by: .milliseconds(20))
    #expect(feed.has(4 * 3_840))
    await run.stop()
  }

  @Test(arguments: [("/stream.wav", true), ("stream.wav", false), ("", false), ("/a/{b}", false), ("/a?b", false)])
  func `the path is one literal path`(path: String, isRight: Bool) {
    var config = HTTPStream.Config()
    config.path = path
    #expect(config.check().isEmpty == isRight)
  }
}

extension FakeFeed {
  /// Whether so many bytes were written.
  func has(_ count: Int) -> Bool { bytes.count == count }
}
