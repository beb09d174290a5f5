import RouterCore
import Support
import Synchronization
import Testing

@testable import AriaCast

@Suite struct ReceiverStatisticsTests {
  static let keys = [
    "receivedFrames", "playedCallbacks", "underruns", "overruns", "queuedFrames", "bufferedFrames", "droppedFrames",
    "bufferLevel",
  ]

  @Test func `statistics come at once and each second, also while nobody plays`() async throws {
    let run = try await ReceiverTests.start()
    let client = try await TextClient("/stats", on: run.host)
    #expect(client.last.members?.map(\.key) == Self.keys)
    #expect(client.last["receivedFrames"] == 0 && client.last["bufferLevel"] == "0.0%")
    for second in 1...3 {
      await run.host.time.waitForSleepers(1)
      run.host.time.advance(by: .seconds(1))
      await client.wait(1 + second)
    }
    await client.send("anything")
    #expect(client.peer.closed == nil)
    await client.leave()
    await run.stop()
  }

  @Test func `numbers are those of this session, from the speaker's record`() async throws {
    let run = try await ReceiverTests.start()
    let sender = try #require(await CastSender.knock(on: run.host).sender)
    for _ in 0..<3 { await sender.send(ReceiverTests.sound(3_840)) }
    await sender.send([1])
    let record = try #require(run.host.graph.streams.first).offer.record
    record.queuedFrames.store(2_880, ordering: .relaxed)
    record.queueCapacityFrames.store(9_600, ordering: .relaxed)
    record.playedPeriods.store(7, ordering: .relaxed)
    record.underruns.store(2, ordering: .relaxed)
    record.overruns.store(1, ordering: .relaxed)
    let client = try await TextClient("/stats", on: run.host)
    #expect(
      client.last == [
        "receivedFrames": 3, "playedCallbacks": 7, "underruns": 2, "overruns": 1, "queuedFrames": 3,
        "bufferedFrames": 3, "droppedFrames": 2, "bufferLevel": "30.0%",
      ])
    await sender.leave()
    await run.host.graph.wait { streams, _ in streams.first?.end != nil }
    _ = try #require(await CastSender.knock(on: run.host).sender)
    let next = try await TextClient("/stats", on: run.host)
    #expect(next.last["receivedFrames"] == 0 && next.last["underruns"] == 0)
    await run.stop()
  }

  // MARK: Live

  @Test func `the receiver's own listeners hear the sender, and silence before and after`() async throws {
    let run = try await ReceiverTests.start()
    let feeds = run.host.web.feeds
    #expect(feeds.map(\.settings.framing) == [.body, .webSocketBinary])
    #expect(feeds[0].settings.opening == EndlessWAV.head(for: CastFormat.stream(at: 48_000)))
    await run.host.advance(by: .milliseconds(20), times: 5)
    #expect(feeds.allSatisfy { $0.bytes.isEmpty })
    feeds[0].listeners = 1
    await run.waitForSilence(try #require(run.node as? ReceiverNode).silence)
    await run.host.advance(by: .milliseconds(20), times: 5)
    let sender = try #require(await CastSender.knock(on: run.host).sender)
    let sound = ReceiverTests.sound(3_840 * 3)
    for index in 0..<3 { await sender.send(Array(sound[index * 3_840..<(index + 1) * 3_840])) }
    for feed in feeds {
      #expect(Array(feed.bytes.suffix(sound.count)) == sound)
      #expect(feed.bytes.dropLast(sound.count).allSatisfy { $0 == 0 } && feed.bytes.count > sound.count)
    }
    await sender.leave()
    let before = feeds[1].bytes.count
    await run.host.advance(by: .milliseconds(20), times: 10)
    #expect(feeds[1].bytes.count > before)
    await run.stop()
    #expect(feeds.map(\.isClosed) == [true, true])
  }

  @Test func `listeners of a 44_100 Hz sender hear 48 kHz`() async throws {
    let run = try await ReceiverTests.start()
    let sender = try #require(await CastSender.knock(on: run.host).sender)
    #expect(await sender.send(ReceiverTests.sound(3_528)) == .pause)
    while sender.peer.resumed == 0 { await Task.yield() }
    run.host.web.feeds[1].listeners = 1
    for _ in 0..<49 { await sender.send(ReceiverTests.sound(3_528)) }
    let count = run.host.web.feeds[1].bytes.count
    #expect(abs(count - 192_000) < 3_000)
    await run.stop()
  }

  @Test func `listen and stream wav are answered with the feeds`() async throws {
    let run = try await ReceiverTests.start()
    let route = try #require(run.host.web.route("GET", "/listen"))
    guard case .webSocket(let open) = route.answer else { throw CastSender.Missing() }
    let here = PeerAddress(host: "127.0.0.1", port: 1)
    let answer = await open(HTTPRequest(method: "GET", path: "/listen", peer: here, local: here), run.host.loop)
    guard case .live(let feed, let greeting) = answer else { throw CastSender.Missing() }
    #expect(feed as AnyObject === run.host.web.feeds[1])
    #expect(greeting == [.text(#"{"sample_rate":48000,"channels":2,"sample_width":2}"#)])
    #expect(try await run.call("GET", "/stream.wav").fields["content-type"] == "audio/wav")
    await run.stop()
  }

  @Test func `a sender that plays nothing but zeros is told of after ten seconds`() async throws {
    let run = try await ReceiverTests.start()
    _ = try await run.call("POST", "/metadata", #"{"isPlaying":true}"#)
    let sender = try #require(await CastSender.knock(on: run.host).sender)
    for _ in 0..<11 {
      await sender.send([UInt8](repeating: 0, count: 3_840))
      await run.host.time.waitForSleepers(1)
      run.host.time.advance(by: .seconds(1))
    }
    await run.host.time.waitForSleepers(1)
    #expect(run.host.log.lines.contains { $0.level == .warning && $0.message.contains("captured") })
    await sender.leave()
    await run.host.graph.wait { streams, _ in streams.first?.end != nil }
    let left = try #require(run.host.log.lines.last { $0.message == "the sender left" })
    #expect(left.facts.contains { $0 == ("messages", "11") } && left.facts.contains { $0 == ("late", "10") })
    await run.stop()
  }
}
