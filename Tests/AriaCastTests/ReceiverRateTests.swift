import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct ReceiverRateTests {
  @Test func `a sender of 3528-byte messages gets a stream of 44_100 Hz and loses nothing`() async throws {
    let run = try await ReceiverTests.start()
    let sender = try #require(await CastSender.knock(on: run.host).sender)
    let sound = ReceiverTests.sound(3_528 * 30)
    #expect(await sender.send(Array(sound[..<3_528])) == .pause)
    await run.host.graph.wait { streams, _ in streams.count == 2 && streams[0].end == .closed }
    while sender.peer.resumed == 0 { await Task.yield() }
    for index in 1..<30 {
      #expect(await sender.send(Array(sound[index * 3_528..<(index + 1) * 3_528])) == .go)
    }
    let streams = run.host.graph.streams
    #expect(streams[0].recording.packets.isEmpty)
    #expect(streams[1].offer.format == StreamFormat(sampleRate: 44_100, channels: 2))
    #expect(streams[1].recording.bytes == sound)
    #expect(streams[1].recording.packets.allSatisfy { $0.frames == 882 })
    #expect(run.metric("router_ariacast_unusual_sizes_total") == 0)
    await run.stop()
  }

  @Test func `a wrong guess is taken back and nothing is lost`() async throws {
    let run = try await ReceiverTests.start()
    let sender = try #require(await CastSender.knock(on: run.host).sender)
    let short = ReceiverTests.sound(3_528)
    let long = ReceiverTests.sound(3_840, 2)
    #expect(await sender.send(short) == .pause)
    while sender.peer.resumed < 1 { await Task.yield() }
    #expect(await sender.send(short) == .go)
    #expect(await sender.send(long) == .pause)
    while sender.peer.resumed < 2 { await Task.yield() }
    #expect(await sender.send(long) == .go)
    await sender.leave()
    await run.host.graph.wait { streams, _ in streams.count == 3 && streams[2].end != nil }
    let streams = run.host.graph.streams
    #expect(streams.map(\.offer.format.sampleRate) == [48_000, 44_100, 48_000])
    #expect(streams[1].recording.bytes == short + short)
    #expect(streams[2].recording.bytes == long + long)
    await run.stop()
  }

  @Test func `messages that come before the other stream stands are kept, up to a limit`() async throws {
    let run = try await ReceiverTests.start()
    let host = run.host
    let counters = ReceiverCounters(host.context.metrics)
    let id = await host.graph.open(
      StreamOffer(format: CastFormat.stream(at: 48_000), peer: "p", label: "l"), on: host.loop)
    let state = SessionState(
      id: 1, peer: PeerAddress(host: "10.0.0.1", port: 1), stream: id, rate: 48_000, at: host.time.now)
    let count = AudioIngest.heldLimit / 3_528
    let last = await host.loop.perform { loop in
      let ingest = AudioIngest(
        session: state, counters: counters, events: IngestEvents(rateChanged: { _ in }, closed: { _ in }),
        live: LiveOutput(host), on: loop)
      var verdict = WebSocketVerdict.go
      let message = [UInt8](repeating: 5, count: 3_528)
      for _ in 0..<count + 3 {
        let loan = unsafe WebSocketLoan(payload: message.span.bytes, isText: false, arrival: loop.time.now)
        verdict = ingest.message(loan, on: loop)
      }
      return verdict
    }
    #expect(last == .pause)
    #expect(run.metric("router_ariacast_dropped_total", reason: "opening") == 3)
    await run.stop()
  }
}
