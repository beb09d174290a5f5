import RouterCore
import Support
import Synchronization

@testable import AriaCast

/// The machine's clock, which a test can let jump ahead.
final class JumpingTime: TimeSource {
  private let ahead = Atomic<Int64>(0)
  var now: Instant { .now() + .nanoseconds(ahead.load(ordering: .relaxed)) }
  func jump(by duration: Duration) { ahead.add(duration.nanoseconds, ordering: .relaxed) }
  func sleep(until instant: Instant) async throws(CancellationError) {
    try await SystemTime().sleep(until: .now() + (instant - now))
  }
}

/// An `alsa.sink` in real time: on a real loop, fed by streams that send at their pace.
final class SpeakerBench: Sendable {
  let time = JumpingTime()
  let log = CollectLog()
  let store: FakeStore
  let node: any Node
  private let host: FakeHost
  private let loop: Loop
  private let metrics: NodeMetrics
  private let life = PthreadLock<Task<NodeFailure?, Never>?>(nil)
  private let lastStream = Atomic<UInt64>(0)

  init(
    _ device: String, latencyMs: Int = 200, combine: Combination = .mix, mixer: OrFalse<MixerChoice> = .on(.auto),
    store: FakeStore = FakeStore()
  ) throws {
    self.store = store
    var config = AlsaSinkConfig()
    config.device = device
    config.latencyMs = latencyMs
    config.combine = combine
    config.mixer = mixer
    host = try FakeHost(node: "speaker")
    loop = Loop(name: "bench", poller: try ParkingPoller(), time: time)
    loop.start()
    metrics = NodeMetrics(registry: host.registry, node: "speaker")
    let fake = host.context
    node = AlsaSink.make(
      config,
      NodeContext(
        id: "speaker", label: "speaker", log: Log(source: "speaker", level: .debug, sink: log), metrics: metrics,
        time: time, loop: loop, blocking: fake.blocking, web: fake.web, http: fake.http, sockets: UnreachableSockets(),
        byteStreams: UnreachableStreams(),
        datagrams: fake.datagrams,
        folder: fake.folder, store: store, graph: fake.graph))
  }

  /// Prepares and runs the node, as the supervisor does, for as long as `body` takes.
  func run(_ body: () async throws -> Void) async throws {
    do {
      try await start()
      try await body()
    } catch {
      await stop()
      throw error
    }
    await stop()
  }

  /// Prepares the node and lets it run.
  func start() async throws {
    try await node.prepare()
    let node = node
    let life = Task { () -> NodeFailure? in
      do throws(NodeFailure) { try await node.run() } catch { return error }
      return nil
    }
    self.life.withLock { $0 = life }
  }

  /// Gives the streams' senders the priority of the card's thread where permitted, so that a busy machine delays neither.
  func hurry() async { await loop.perform { _ in _ = DeviceThread.requestRealtime() } }

  /// Waits for the node to fail and stops it.
  func failure() async -> NodeFailure? {
    let failure = await life.withLock { $0 }?.value
    await node.stop()
    return failure
  }

  /// Ends the node, the loops and their threads.
  func stop() async {
    life.withLock { $0 }?.cancel()
    _ = await failure()
    await loop.stop()
    await host.stop()
  }

  var cardUnderruns: Int { metrics.counter("router_speaker_card_underruns_total", "").current }
  /// How much faster than nominal the newest stream is read, in ppm.
  var drift: Double { Double(metrics.gauge("router_speaker_drift_ppm", "").current) * 1e-3 }
  /// How much faster than the card's the clock of the newest stream's sender runs, in ppm.
  var clock: Double { Double(metrics.gauge("router_speaker_clock_ppm", "").current) * 1e-3 }
  /// Underruns of the card, underruns of streams, cuts.
  var faults: [Int] {
    ["card_underruns", "stream_underruns", "trims"].map { metrics.counter("router_speaker_\($0)_total", "").current }
  }
  var isRunning: Bool { metrics.gauge("router_speaker_running", "").current == 1 }

  /// What the node wrote to its log, each line with its facts.
  var words: [String] { log.lines.map { line in line.facts.reduce(line.message) { "\($0) \($1.0)=\($1.1)" } } }
  /// What the node said about its loudness.
  var volumes: [VolumeEvent] {
    host.graph.events.filter { $0.port == "volumeState" }.compactMap { $0.payload as? VolumeEvent }
  }

  /// Sends an event to the node's `volume` port.
  func set(_ volume: VolumeEvent) async {
    await node.receive(Event(source: "page.volume", payload: volume), on: "volume")
  }

  /// Opens a stream that reaches the speaker.
  func open(_ format: StreamFormat) async throws -> BenchStream {
    let offer = StreamOffer(format: format, peer: "127.0.0.1:5000", label: "phone")
    let id = lastStream.add(1, ordering: .relaxed).newValue
    let made = try await node.makeStage(
      for: StageRequest(stream: id, port: "audio", format: format, offer: offer, origin: "source", loop: loop))
    await loop.open(
      id,
      Branch(
        node: "source", format: format, stage: PassStage(),
        below: [Branch(node: "speaker", link: "in", format: format, stage: made.stage)]))
    return BenchStream(id: id, format: format, record: offer.record, loop: loop)
  }
}

/// A stream on its way to the speaker.
struct BenchStream: Sendable {
  let id: StreamID
  let format: StreamFormat
  let record: PathRecord
  let loop: Loop

  /// Sends in packets of 20 ms, each at its time; returns after the last, or when the stream was closed.
  func send(_ bytes: [UInt8]) async {
    await withCheckedContinuation { done in
      Task {
        await loop.perform { [id, format] loop in
          let sender = PacedSender(id: id, format: format, bytes: bytes, done: done)
          sender.timer = loop.schedule(at: loop.time.now, every: .milliseconds(20)) { sender.tick(on: $0) }
        }
      }
    }
  }

  func close() async { _ = await loop.close(id, .closed) }
}

/// Unchecked: made on the loop and used nowhere else.
private final class PacedSender: @unchecked Sendable {
  let id: StreamID
  let format: StreamFormat
  let bytes: [UInt8]
  let done: CheckedContinuation<Void, Never>
  var timer: TimerID?
  private var sent = 0
  private var sequence: UInt64 = 0
  private var begin: Instant?

  init(id: StreamID, format: StreamFormat, bytes: [UInt8], done: CheckedContinuation<Void, Never>) {
    self.id = id
    self.format = format
    self.bytes = bytes
    self.done = done
  }

  /// Sends what is due: a tick that comes late, or not at all, delays packets and loses none.
  func tick(on loop: isolated Loop) {
    let begin = begin ?? loop.time.now
    self.begin = begin
    while sent < bytes.count, loop.time.now >= begin + .milliseconds(20) * Int(sequence) {
      guard let source = loop.source(id) else { return finish(on: loop) }
      push(to: source, at: loop.time.now)
    }
    if sent == bytes.count { finish(on: loop) }
  }

  private func push(to source: StreamSource, at now: Instant) {
    let size = min(format.sampleRate / 50 * format.bytesPerFrame, bytes.count - sent)
    let part = Array(bytes[sent..<sent + size])
    let packet = unsafe Packet(
      bytes: part.span.bytes, frames: size / format.bytesPerFrame, sequence: sequence, arrival: now)
    _ = source.push(packet)
    sent += size
    sequence += 1
  }

  private func finish(on loop: isolated Loop) {
    guard let timer else { return }
    loop.cancel(timer)
    self.timer = nil
    done.resume()
  }
}
