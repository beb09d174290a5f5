import CAllocationCounter
import RouterCore
import Support
import Testing

@testable import BrowserMic

@Suite struct TCPStreamTests {
  private static let cd = StreamFormat(sampleRate: 48_000, channels: 2)
  private static let mp3 = StreamFormat(codec: .mp3, sampleRate: 48_000, channels: 2)

  private func node(_ host: FakeHost, _ edit: (inout TCPStream.Config) -> Void = { _ in }) -> any Node {
    var config = TCPStream.Config()
    edit(&config)
    return TCPStream.make(config, host.context)
  }

  private func services(_ host: FakeHost) -> [ServiceEvent] {
    host.graph.events.filter { !$0.isWithdrawn }.compactMap { $0.payload as? ServiceEvent }
  }

  private func end(_ stream: FakeStream, _ host: FakeHost) async {
    let before = host.graph.events.count(where: \.isWithdrawn)
    await stream.close()
    await host.graph.wait { _, events in events.count(where: \.isWithdrawn) > before }
  }

  @Test func `each stream has a port of its own, told to its source and by a service`() async throws {
    let host = try FakeHost()
    let node = node(host)
    let one = try await host.open(node, format: Self.cd, label: "Kitchen", attributes: ["streamId": "stream_1"])
    let two = try await host.open(node, format: Self.mp3, label: "")
    #expect(host.web.leases.map(\.address.port) == [420, 421])
    #expect(host.web.leases.allSatisfy { !$0.listener.isShared })
    #expect(one.offer.record.listeningAddresses == ["tcp://0.0.0.0:420"])
    #expect(two.offer.record.listeningAddresses == ["tcp://0.0.0.0:421"])
    let services = services(host)
    #expect(services.map(\.port) == [420, 421] && services.map(\.instance) == ["Kitchen", "Stream \(two.id)"])
    #expect(services[0].type == "_pimic-audio._tcp" && services[0]["stream"] == "stream_1")
    #expect(services[0]["codec"] == "pcm" && services[0]["container"] == "wav" && services[0]["rate"] == "48000")
    #expect(services[1]["codec"] == "mp3" && services[1]["ports"] == "420-519")
    await host.stop()
  }

  @Test func `the port is free when the stream is over, and the next stream gets it`() async throws {
    let host = try FakeHost()
    let node = node(host)
    let one = try await host.open(node, format: Self.cd)
    let two = try await host.open(node, format: Self.cd)
    await end(one, host)
    await host.settle()
    #expect(one.offer.record.listeningAddresses.isEmpty)
    let three = try await host.open(node, format: Self.cd)
    #expect(three.offer.record.listeningAddresses == ["tcp://0.0.0.0:420"])
    await end(two, host)
    await node.stop()
    #expect(host.web.leases.allSatisfy(\.isReleased) && host.web.feeds.allSatisfy(\.isClosed))
    await host.stop()
  }

  @Test func `taken ports are passed over, and all taken is a refusal that says so`() async throws {
    let host = try FakeHost()
    host.web.codes = [420: 98, 421: 98]
    let node = node(host) { $0.portCount = 3 }
    _ = try await host.open(node, format: Self.cd)
    #expect(host.web.leases.map(\.address.port) == [422])
    await #expect(throws: StageRefusal.self) { _ = try await host.open(node, format: Self.cd) }
    #expect(services(host).count == 1)
    await host.stop()
  }

  @Test func `where low ports are forbidden the other range is taken, and that is said once`() async throws {
    let host = try FakeHost()
    host.web.codes = [420: 13]
    let node = node(host)
    for port in [9_420, 9_421] {
      let stream = try await host.open(node, format: Self.cd)
      #expect(stream.offer.record.listeningAddresses == ["tcp://0.0.0.0:\(port)"])
    }
    #expect(host.log.lines.count { $0.message.contains("may not listen on port 420") } == 1)
    #expect(services(host).last?["ports"] == "9420-9519")
    await host.stop()
  }

  @Test(arguments: [TCPStream.Container.wav, .raw]) func `PCM is 16 bit with or without a head`(
    container: TCPStream.Container
  ) async throws {
    let host = try FakeHost()
    let node = node(host) { $0.format = container }
    let format = StreamFormat(sampleRate: 44_100, channels: 1, sample: .float32)
    let stream = try await host.open(node, format: format)
    let feed = try #require(host.web.feeds.first)
    #expect(feed.settings.opening.count == (container == .wav ? 44 : 0) && feed.settings.alignment == 2)
    await stream.push([Float](repeating: 0.5, count: 10))
    #expect(feed.bytes.isEmpty, "nobody listens")
    feed.listeners = 1
    await stream.push([Float](repeating: 0.5, count: 3_000))
    await stream.gap(frames: 5)
    await stream.gap(frames: 100_000)
    let heard = feed.bytes.int16Samples
    #expect(heard.count == 3_000 + 5 + 44_100)
    #expect(heard.prefix(3_000).allSatisfy { $0 == 16_384 } && heard.dropFirst(3_000).allSatisfy { $0 == 0 })
    await host.stop()
  }

  @Test func `Ogg begins with its heads, and MP3 goes out as it comes`() async throws {
    let host = try FakeHost()
    let node = node(host)
    var ogg = StreamFormat(codec: .opus, sampleRate: 48_000, channels: 2)
    ogg.setup = Array("heads".utf8)
    for format in [ogg, Self.mp3] {
      let stream = try await host.open(node, format: format)
      let feed = try #require(host.web.feeds.last)
      #expect(feed.settings.opening == format.setup && feed.settings.alignment == 1)
      feed.listeners = 1
      await stream.push([1, 2, 3], frames: 960)
      #expect(feed.bytes == [1, 2, 3])
    }
    await #expect(throws: StageRefusal.self) {
      let other = StreamFormat(codec: Codec(rawValue: "ima-adpcm"), sampleRate: 8_000, channels: 1)
      _ = try await host.open(node, format: other)
    }
    await host.stop()
  }

  @Test func `every path and no word at all are answered with the sound`() async throws {
    let host = try FakeHost()
    let node = node(host)
    let stream = try await host.open(node, format: Self.mp3, label: "A\r\nB")
    let lease = try #require(host.web.leases.first)
    #expect(lease.routes.map(\.path) == ["/*", ""])
    guard case .http(let handler) = lease.routes[0].answer, case .silence = lease.routes[1].answer else {
      Issue.record("other routes")
      return
    }
    let here = PeerAddress(host: "127.0.0.1", port: 1)
    let answer = await handler(HTTPRequest(method: "GET", path: "/any", peer: here, local: here))
    #expect(answer.fields["Content-Type"] == "audio/mpeg" && answer.fields["icy-name"] == "A  B")
    guard case .live = answer.body else {
      Issue.record("not live")
      return
    }
    await end(stream, host)
    await node.stop()
    await host.stop()
  }

  @Test func `two ways of one stream share a port, and the newer is heard`() async throws {
    let host = try FakeHost()
    let node = node(host)
    let offer = StreamOffer(format: Self.mp3, peer: "p", label: "l")
    let request = StageRequest(
      stream: 7, port: "audio", format: Self.mp3, offer: offer, origin: "mic", loop: host.loop)
    let old = StageBench(try await node.makeStage(for: request).stage, format: Self.mp3)
    let new = StageBench(try await node.makeStage(for: request).stage, format: Self.mp3)
    let feed = try #require(host.web.feeds.first)
    feed.listeners = 1
    #expect(host.web.leases.count == 1)
    new.push([2], frames: 1_152)
    old.push([1], frames: 1_152)
    #expect(feed.bytes == [2])
    new.finish()
    old.push([1], frames: 1_152)
    #expect(feed.bytes == [2, 1])
    old.finish()
    await host.graph.wait { _, events in events.contains(where: \.isWithdrawn) }
    await host.stop()
  }

  @Test func `limits change while listeners listen`() async throws {
    let host = try FakeHost()
    let node = try #require(node(host) as? TCPStreamNode)
    _ = try await host.open(node, format: Self.cd)
    var config = TCPStream.Config()
    config.bufferSeconds = 1
    config.maxListeners = 5
    config.whenFull = .disconnect
    await node.update(to: config)
    #expect(host.web.feeds[0].limits == FeedLimits(capacity: 192_000, maxListeners: 5, whenFull: .disconnect))
    await host.stop()
  }

  @Test func `ranges that end behind the last port are a problem`() {
    var config = TCPStream.Config()
    config.firstPort = 65_500
    #expect(config.check().map(\.path) == ["firstPort"])
    config.portCount = 36
    #expect(config.check().isEmpty)
  }

  @Test(.enabled(if: allocation_counter_works())) func `sound passes without an allocation`() async throws {
    let host = try FakeHost()
    let node = node(host)
    for format in [Self.cd, StreamFormat(sampleRate: 48_000, channels: 2, sample: .float32), Self.mp3] {
      let offer = StreamOffer(format: format, peer: "p", label: "l")
      let stage = try await node.makeStage(
        for: StageRequest(stream: 1, port: "audio", format: format, offer: offer, origin: "mic", loop: host.loop)
      ).stage
      // The fake feed itself allocates; without listeners it is not asked.
      let branch = Branch(node: "tcp", format: format, stage: stage)
      let sound = [UInt8](repeating: 1, count: 960 * 8)
      func push() { _ = branch.lend(Packet(bytes: unsafe sound.span.bytes, frames: 960, arrival: host.time.now)) }
      for _ in 0..<5 { push() }
      let before = allocation_count()
      for _ in 0..<50 { push() }
      #expect(allocation_count() == before)
    }
    await host.stop()
  }
}
