import CAllocationCounter
import Support
import Testing

@testable import AriaCast
@testable import RouterCore

/// The path from a message to the live body asks the heap for nothing once it runs.
@Suite(.enabled(if: allocation_counter_works())) struct AllocationTests {
  /// A feed that counts.
  private final class CountingFeed: LiveFeed {
    let bytes = Metric()
    func write(_ bytes: RawSpan) { self.bytes.add(bytes.byteCount) }
    var listeners: Int { 1 }
    func close() async {}
  }

  /// Runs `body` 50 times to warm up, then 200 times counted. On the loop.
  private static func allocations(_ body: () -> Void) -> UInt64 {
    for _ in 0..<50 { body() }
    let before = allocation_count()
    for _ in 0..<200 { body() }
    return allocation_count() - before
  }

  @Test(arguments: [3_840, 3_836, 400, 7_680])
  func `messages become packets without an allocation`(size: Int) async throws {
    let host = try FakeHost()
    let counters = ReceiverCounters(host.context.metrics)
    let feed = CountingFeed()
    let output = LiveOutput(
      format: HTTPStreamTests.cd, surplus: .seconds(2), counters: HTTPStreamCounters(host.context.metrics),
      at: host.time.now)
    await output.connect(feed)
    _ = output.audienceChanged(by: 1)
    let live = LiveOutput(host)
    let listeners = CountingFeed()
    await live.connect(listeners)
    _ = live.audienceChanged(by: 1)
    let count = await host.loop.perform { loop in
      let stage = HTTPStreamStage(output: output, ticket: FeedGate.ticket(stream: 1, place: 1), time: loop.time)
      let format = HTTPStreamTests.cd
      loop.open(
        1,
        Branch(
          node: "phone", format: format, stage: PassStage(),
          below: [Branch(node: "web", link: "link", format: format, stage: stage)]))
      let state = SessionState(
        id: 1, peer: PeerAddress(host: "10.0.0.1", port: 1), stream: 1, rate: 48_000, at: loop.time.now)
      let ingest = AudioIngest(
        session: state, counters: counters, events: IngestEvents(rateChanged: { _ in }, closed: { _ in }), live: live,
        on: loop)
      let message = ReceiverTests.sound(size)
      let arrival = loop.time.now
      return Self.allocations {
        _ = unsafe ingest.message(
          WebSocketLoan(payload: message.span.bytes, isText: false, arrival: arrival), on: loop)
      }
    }
    #expect(count == 0)
    #expect(feed.bytes.current >= 249 * size - 3_840)
    #expect(listeners.bytes.current == feed.bytes.current)
    await host.stop()
  }

  @Test func `sound of another rate and silence are written without an allocation`() async throws {
    let host = try FakeHost()
    let feed = CountingFeed()
    let output = LiveOutput(
      format: HTTPStreamTests.cd, surplus: .seconds(2), counters: HTTPStreamCounters(host.context.metrics),
      at: host.time.now)
    await output.connect(feed)
    _ = output.audienceChanged(by: 1)
    let format = StreamFormat(sampleRate: 44_100, channels: 1)
    let stage = HTTPStreamConverter(
      output: output, ticket: FeedGate.ticket(stream: 1, place: 1),
      converter: try PCMConverter(from: format, to: HTTPStreamTests.cd), time: host.time)
    let branch = Branch(node: "web", format: format, stage: stage)
    let sound = ReceiverTests.sound(1_764)
    var now = host.time.now
    let count = Self.allocations {
      now = now + .milliseconds(20)
      _ = branch.lend(Packet(bytes: unsafe sound.span.bytes, frames: 882, arrival: now))
      output.fill(at: now + .seconds(1))
    }
    #expect(count == 0)
    #expect(feed.bytes.current > 250 * 3_800)
    await host.stop()
  }

  @Test func `MP3 frames and silent ones are written without an allocation`() async throws {
    let host = try FakeHost()
    let feed = CountingFeed()
    let counters = HTTPStreamCounters(host.context.metrics)
    let format = StreamFormat(codec: .mp3, sampleRate: 48_000, channels: 2)
    let output = LiveOutput(format: format, surplus: .seconds(2), counters: counters, at: host.time.now)
    await output.connect(feed)
    _ = output.audienceChanged(by: 1)
    let stage = HTTPStreamMP3Stage(
      output: output, ticket: FeedGate.ticket(stream: 1, place: 1), counters: counters, time: host.time)
    let branch = Branch(node: "web", format: format, stage: stage)
    let frame = MP3FrameHeader(bitrateKbps: 192, sampleRate: 48_000, channels: 2).silentFrame
    var now = host.time.now
    let count = Self.allocations {
      now = now + .milliseconds(24)
      _ = branch.lend(Packet(bytes: unsafe frame.span.bytes, frames: 1_152, arrival: now))
      output.fill(at: now + .seconds(1))
    }
    #expect(count == 0)
    #expect(feed.bytes.current > 250 * frame.count)
    await host.stop()
  }

  @Test(arguments: [StreamFormat(sampleRate: 48_000, channels: 2), StreamFormat(sampleRate: 44_100, channels: 1)])
  func `a dashboard measures and hands on without an allocation`(format: StreamFormat) async throws {
    let host = try FakeHost()
    let feed = CountingFeed()
    let output = ListenOutput(host.context.metrics)
    await output.connect(feed)
    let meter = SoundMeter(format, SenderGauge())
    let stage: any Stage =
      if format == ListenOutput.format {
        ListenStage(output: output, ticket: 1, meter: meter)
      } else {
        ListenConverter(
          output: output, ticket: 1, meter: meter, converter: try PCMConverter(from: format, to: ListenOutput.format))
      }
    let branch = Branch(node: "dashboard", format: format, stage: stage)
    let sound = ReceiverTests.sound(format.sampleRate / 50 * format.bytesPerFrame)
    var now = host.time.now
    let count = Self.allocations {
      now = now + .milliseconds(20)
      _ = branch.lend(Packet(bytes: unsafe sound.span.bytes, frames: format.sampleRate / 50, arrival: now))
    }
    #expect(count == 0)
    #expect(feed.bytes.current > 250 * 3_800)
    await host.stop()
  }
}
