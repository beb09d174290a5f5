import RouterCore
import Support
import Testing

@testable import BrowserMic

@Suite struct BrowserMicNodeTests {
  private static func start(
    _ edit: (inout BrowserMic.Config) -> Void = { _ in }
  ) async throws -> (FakeHost, BrowserMicNode) {
    var config = BrowserMic.Config()
    edit(&config)
    let host = try FakeHost(node: "mic")
    let node = BrowserMicNode(config: config, context: host.context)
    try await node.prepare()
    return (host, node)
  }

  private static func end(_ host: FakeHost, _ node: BrowserMicNode) async {
    await node.stop()
    await host.stop()
  }

  @Test func `a start message opens a stream and frames become packets`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host)
    #expect(browser.acceptance.pingEvery == .seconds(15))
    for number in 0..<3 { #expect(await browser.send(MicFrames.sound(UInt32(number), fill: 7)) == .go) }
    let stream = try #require(host.graph.streams.first)
    #expect(stream.offer.format == StreamFormat(sampleRate: 48_000, channels: 1))
    #expect(stream.offer.label == "Kitchen" && stream.offer.attributes["bitrateKbps"] == "192")
    #expect(stream.recording.packets.map(\.frames) == [960, 960, 960])
    #expect(stream.recording.packets.map(\.sequence) == [0, 1, 2])
    #expect(stream.recording.bytes == [UInt8](repeating: 7, count: 3 * 1_920))
    let word = try #require(browser.started)
    #expect(word["streamId"]?.text?.hasSuffix("_10_0_0_9") == true && word["token"]?.text?.utf8.count == 32)
    #expect(word["resumed"]?.flag == false && word["bitrate"]?.int == 192)
    await Self.end(host, node)
  }

  @Test func `both listeners have the same routes, and the second speaks TLS`() async throws {
    let (host, node) = try await Self.start()
    #expect(host.web.leases.map(\.address.port) == [6_969, 6_943])
    #expect(host.web.leases[0].listener.tls == .off && host.web.leases[1].listener.tls == .auto)
    #expect(host.web.leases[0].routes.map(\.path) == host.web.leases[1].routes.map(\.path))
    await node.stop()
    #expect(host.web.leases.allSatisfy { $0.isReleased })
    await host.stop()
    let (other, plain) = try await Self.start { $0.listenTls = .off }
    #expect(other.web.leases.count == 1)
    await Self.end(other, plain)
  }

  @Test func `opus is decoded and its frames are counted in 48 kHz`() async throws {
    let (host, node) = try await Self.start()
    let hello = MicFrames.hello.replacing("pcm16", with: "opus").replacing("48000", with: "44100")
    let browser = try await Browser.streaming(on: host, hello)
    // One CELT frame of 20 ms, mono, that holds next to nothing.
    let packet: [UInt8] = [0xF8, 0xFF, 0xFE]
    for number in 0..<3 as Range<UInt32> {
      let frame = MicFrames.frame(number, index: UInt64(number) * 960, payload: packet, codec: 1)
      #expect(await browser.send(frame) == .go)
    }
    let stream = try #require(host.graph.streams.first)
    #expect(stream.offer.format == StreamFormat(sampleRate: 48_000, channels: 1))
    #expect(stream.recording.packets.map(\.frames) == [960, 960, 960])
    let junk = MicFrames.frame(3, index: 2_880, payload: [0xFF], codec: 1)
    #expect(await browser.send(junk) == .close(code: 1008, reason: MicFrame.Fault.opus.rawValue))
    await Self.end(host, node)
  }

  @Test func `floats become 16-bit samples, too loud ones the loudest`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host, MicFrames.hello.replacing("pcm16", with: "float32"))
    let sound: [Float] = [0, 0.5, -0.5, 1, -1, 3, -3, .nan, 1 / 32_768]
    let payload = sound.flatMap { sample in (0..<4).map { UInt8(truncatingIfNeeded: sample.bitPattern >> (8 * $0)) } }
    #expect(await browser.send(MicFrames.frame(0, index: 0, payload: payload, codec: 2)) == .go)
    let stream = try #require(host.graph.streams.first)
    #expect(stream.offer.format == StreamFormat(sampleRate: 48_000, channels: 1))
    #expect(stream.recording.packets.map(\.frames) == [9])
    let expected: [Int16] = [0, 16_384, -16_384, 32_767, -32_768, 32_767, -32_768, 0, 1]
    #expect(
      stream.recording.bytes
        == expected.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] })
    await Self.end(host, node)
  }

  @Test func `muted frames are silence whatever they hold`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host)
    await browser.send(MicFrames.sound(0, fill: 9, flags: 2))
    await browser.send(MicFrames.sound(1, fill: 9))
    let packets = try #require(host.graph.streams.first).recording.packets
    #expect(packets[0].bytes == [UInt8](repeating: 0, count: 1_920))
    #expect(packets[1].bytes == [UInt8](repeating: 9, count: 1_920))
    await Self.end(host, node)
  }

  @Test func `sound left out becomes silence up to a second and a mark above`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host)
    await browser.send(MicFrames.sound(0))
    await browser.send(MicFrames.sound(2))
    let recording = try #require(host.graph.streams.first).recording
    #expect(recording.frames == 3 * 960 && recording.gaps.isEmpty)
    #expect(recording.packets.map(\.sequence) == [0, 1, 2])
    await browser.send(MicFrames.sound(102))
    #expect(recording.frames == 4 * 960 && recording.gaps == [99 * 960])
    await Self.end(host, node)
  }

  @Test(arguments: [
    (MicFrames.frame(1, index: 0, payload: [1, 2]), MicFrame.Fault.index),
    (MicFrames.frame(1, index: 960, payload: [1, 2, 3]), .size),
    (MicFrames.frame(1, index: 960, payload: [1, 2], version: 9), .version),
    (MicFrames.frame(1, index: 960, payload: [1, 2], codec: 1), .codec), ([1, 0, 0], .head),
  ])
  func `a wrong frame closes with 1008 and ends the stream`(bytes: [UInt8], fault: MicFrame.Fault) async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host)
    await browser.send(MicFrames.sound(0))
    #expect(await browser.send(bytes) == .close(code: 1008, reason: fault.rawValue))
    await host.graph.wait { streams, _ in streams.first?.end == .invalid }
    #expect(await node.registry.streams.isEmpty)
    await Self.end(host, node)
  }

  @Test func `sound before a start message, words that are no JSON, and too many of them`() async throws {
    let (host, node) = try await Self.start()
    let early = try await Browser(on: host)
    #expect(await early.send(MicFrames.sound(0)) == .close(code: 1008, reason: MicSocket.Refusal.early.reason))
    let babble = try await Browser(on: host)
    await babble.say("hello")
    #expect(await babble.waitForClose()?.code == 1007)
    let wrong = try await Browser(on: host)
    await wrong.say(MicFrames.hello.replacing("pcm16", with: "mp3"))
    #expect(await wrong.waitForClose()?.code == 1008)
    #expect(wrong.heard.first?["code"]?.text == "codec" && wrong.heard.first?["type"]?.text == "error")
    let loud = try await Browser.streaming(on: host)
    var verdicts: [WebSocketVerdict] = []
    for _ in 0..<60 { verdicts.append(await loud.say(#"{"type":"level"}"#)) }
    #expect(verdicts.contains(.close(code: 1008, reason: MicSocket.Refusal.chatter.reason)))
    let long = try await Browser(on: host)
    #expect(await long.say(String(repeating: " ", count: 5_000)) == .close(code: 1009, reason: "message too long"))
    await Self.end(host, node)
  }

  @Test func `a flood is closed`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host)
    var last = WebSocketVerdict.go
    var sent: UInt32 = 0
    while last == .go, sent < 2_000 {
      last = await browser.send(MicFrames.sound(sent))
      sent += 1
    }
    #expect(last == .close(code: 1008, reason: MicFrame.Fault.pace.rawValue) && sent == 601)
    await Self.end(host, node)
  }

  @Test func `stop ends the stream and is answered`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host)
    await browser.say(#"{"type":"stop"}"#)
    #expect(await browser.waitForClose()?.code == 1000)
    #expect(browser.heard.last == ["type": "stopped", "reason": "requested"])
    await host.graph.wait { streams, _ in streams.first?.end == .closed }
    await Self.end(host, node)
  }

  @Test func `a broken connection keeps its stream for who comes back with its token`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host)
    for number in 0..<5 { await browser.send(MicFrames.sound(UInt32(number))) }
    let word = try #require(browser.started)
    await browser.drop()
    while await node.seats.count > 0 { await Task.yield() }
    #expect(try await Browser.ask(host, "GET", "/api/streams")["streams"]?.items?.first?["state"]?.text == "away")
    let id = try #require(word["streamId"]?.text)
    let token = try #require(word["token"]?.text)
    let hello = MicFrames.hello.dropLast() + #","streamId":"\#(id)","token":"\#(token)"}"#
    let again = try await Browser.streaming(on: host, String(hello), from: "10.0.0.10")
    #expect(again.started?["streamId"]?.text == id && again.started?["resumed"]?.flag == true)
    #expect(await again.send(MicFrames.sound(7)) == .go)
    // One stream in the graph, with silence for the two frames nobody sent.
    #expect(host.graph.streams.count == 1 && host.graph.streams[0].recording.frames == 8 * 960)
    await Self.end(host, node)
  }

  @Test func `a second connection takes over from one that is half dead`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host)
    await browser.send(MicFrames.sound(0))
    let word = try #require(browser.started)
    let more = #","streamId":"\#(word["streamId"]?.text ?? "")","token":"\#(word["token"]?.text ?? "")"}"#
    let again = try await Browser.streaming(on: host, String(MicFrames.hello.dropLast()) + more)
    #expect(await browser.waitForClose()?.code == 1000)
    await browser.send(MicFrames.sound(1, fill: 99))
    await again.send(MicFrames.sound(1, fill: 5))
    await browser.drop(code: 1000)
    #expect(await again.send(MicFrames.sound(2, fill: 5)) == .go)
    #expect(host.graph.streams.count == 1 && host.graph.streams[0].end == nil)
    #expect(host.graph.streams[0].recording.bytes.contains(99) == false)
    await Self.end(host, node)
  }

  @Test func `nobody comes back: the stream ends as lost after ten seconds`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host)
    await browser.drop()
    while await node.seats.count > 0 { await Task.yield() }
    host.time.advance(by: .seconds(9))
    await node.inspect(at: host.time.now)
    #expect(host.graph.streams[0].end == nil)
    host.time.advance(by: .seconds(1))
    await node.inspect(at: host.time.now)
    #expect(host.graph.streams[0].end == .lost && node.counters.expired.current == 1)
    await Self.end(host, node)
  }

  @Test func `a browser that sends nothing for ten seconds is closed with 1001`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host)
    host.time.advance(by: .seconds(6))
    await browser.send(MicFrames.sound(0))
    host.time.advance(by: .seconds(9))
    await node.inspect(at: host.time.now)
    #expect(browser.peer.closed == nil)
    host.time.advance(by: .seconds(1))
    await node.inspect(at: host.time.now)
    #expect(await browser.waitForClose()?.code == 1001 && host.graph.streams[0].end == .lost)
    await Self.end(host, node)
  }

  @Test func `a connection without a start message is closed after thirty seconds`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser(on: host)
    host.time.advance(by: .seconds(30))
    await node.inspect(at: host.time.now)
    #expect(await browser.waitForClose()?.code == 1008)
    await Self.end(host, node)
  }

  @Test func `levels are told to the graph`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host)
    // 0x4000 is half of full scale.
    let half = (0..<960).flatMap { _ in [0x00, 0x40] as [UInt8] }
    for number in 0..<5 as Range<UInt32> {
      await browser.send(MicFrames.frame(number, index: UInt64(number) * 960, payload: half))
    }
    await node.inspect(at: host.time.now)
    let event = host.graph.events.lazy.compactMap { $0.payload as? LevelsEvent }.first
    let level = try #require(event)
    #expect(level.label == "Kitchen" && abs(level.peakDb[0] + 6.02) < 0.01 && abs(level.rmsDb[0] + 6.02) < 0.01)
    await browser.say(#"{"type":"stop"}"#)
    await host.graph.wait { _, events in events.contains { $0.port == "levels" && $0.isWithdrawn } }
    await Self.end(host, node)
  }

  @Test func `services are offered and taken back`() async throws {
    let (host, node) = try await Self.start()
    let offered = host.graph.events.compactMap { $0.payload as? ServiceEvent }
    #expect(offered.map(\.type) == ["_http._tcp", "_pimic-audio._tcp"] && offered.allSatisfy { $0.port == 6_969 })
    #expect(offered[1].txt.first { $0.key == "bitrates" }?.value == "64-320")
    #expect(offered[0].txt.first { $0.key == "https" }?.value == "6943")
    await node.stop()
    #expect(host.graph.events.filter { $0.port == "service" && $0.isWithdrawn }.count == 2)
    await host.stop()
  }

  @Test func `stopping says goodbye to everybody`() async throws {
    let (host, node) = try await Self.start()
    let browser = try await Browser.streaming(on: host)
    await node.stop()
    #expect(await browser.waitForClose()?.code == 1001 && host.graph.streams[0].end == .stopping)
    await host.stop()
  }
}
