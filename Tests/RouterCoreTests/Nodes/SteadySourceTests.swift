import Support
import Testing

@testable import RouterCore

@Suite struct SteadySourceTests {
  /// A source of numbered blocks with nothing in them.
  private func start(_ host: FakeHost) -> Task<Void, Never> {
    let source = SteadySource(context: host.context, format: StreamFormat(sampleRate: 48_000, channels: 1))
    return Task {
      await source.run { stream, number, loop in
        guard let source = loop.source(stream) else { return false }
        let bytes: [UInt8] = []
        let packet = unsafe Packet(bytes: bytes.span.bytes, frames: 960, sequence: number, arrival: loop.time.now)
        return source.push(packet) == .go
      }
    }
  }

  private func opened(_ host: FakeHost, _ count: Int) async throws -> FakeGraph.Opened {
    await host.graph.wait { streams, _ in streams.count == count }
    await host.settle()
    return try #require(host.graph.streams.last)
  }

  @Test func `blocks come one by one, and a late loop catches up by four at most`() async throws {
    let host = try FakeHost()
    let task = start(host)
    let stream = try await opened(host, 1)
    await host.advance(by: .milliseconds(20), times: 10)
    #expect(stream.recording.packets.count == 11)
    await host.advance(by: .seconds(10))
    #expect(stream.recording.packets.count == 15)
    // The timer took up its phase: every 20 ms again.
    await host.advance(by: .milliseconds(20), times: 10)
    #expect(stream.recording.packets.map(\.sequence) == (0..<25).map { UInt64($0) })
    task.cancel()
    await task.value
    await host.stop()
  }

  @Test func `a path that says close is closed and opened anew after a second`() async throws {
    let host = try FakeHost()
    let task = start(host)
    let first = try await opened(host, 1)
    first.recording.verdict = .close(.disconnected)
    await host.advance(by: .milliseconds(20))
    await host.time.waitForSleepers()
    #expect(host.graph.streams.first?.end == .stopping)
    await host.advance(by: .milliseconds(999))
    #expect(host.graph.streams.count == 1)
    host.time.advance(by: .milliseconds(1))
    let second = try await opened(host, 2)
    #expect(second.recording.packets.map(\.sequence) == [0])
    // The first stream's timer is gone: nothing but the second is called for.
    await host.advance(by: .milliseconds(20), times: 5)
    #expect(first.recording.packets.count == 2)
    #expect(second.recording.packets.count == 6)
    task.cancel()
    await task.value
    await host.stop()
  }

  @Test func `a latch opened before, after and by cancelling lets go`() async {
    let before = Latch()
    before.open()
    await before.wait()
    let after = Latch()
    let tasks = (0..<10).map { _ in Task { await after.wait() } }
    after.open()
    for task in tasks { await task.value }
    let cancelled = Latch()
    let task = Task { await cancelled.wait() }
    task.cancel()
    await task.value
    await cancelled.wait()
  }

  @Test func `a clock moved by hand wakes sleepers in order, and cancelling wakes with an error`() async {
    let time = ManualTime()
    let start = time.now
    let woken = PthreadLock<[Int]>([])
    let task = Task {
      for step in 1...3 {
        try? await time.sleep(until: start + .seconds(step))
        woken.withLock { $0.append(step) }
      }
    }
    for step in 1...3 {
      await time.waitForSleepers()
      #expect(woken.withLock { $0 }.count == step - 1)
      time.advance(by: .seconds(1))
    }
    await task.value
    #expect(woken.withLock { $0 } == [1, 2, 3])
    let cancelled = Task { try await time.sleep(until: start + .seconds(100)) }
    await time.waitForSleepers()
    cancelled.cancel()
    await #expect(throws: CancellationError.self) { try await cancelled.value }
  }
}
