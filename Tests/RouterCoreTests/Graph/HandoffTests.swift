import Support
import Testing

@testable import RouterCore

@Suite struct HandoffTests {
  @Test func `a heavy stage and what lies below run on the worker, and nothing is lost on the way`() async throws {
    let bench = try GraphBench(onWorker: ["left"])
    await bench.start(links: ["source.audio->left.audio", "left.audio->right.audio"])
    let id = await bench.open(from: "source")
    var sent: [Int16] = []
    for packet in 0..<200 {
      let samples = (0..<480).map { Int16(truncatingIfNeeded: packet &* 480 &+ $0) }
      sent += samples
      await bench.push(id, samples)
    }
    await bench.graph.close(id, .closed)
    #expect(bench.probe("left").bytes == sent.pcmBytes)
    #expect(bench.probe("right").bytes == sent.pcmBytes)
    #expect(bench.probe("left").ends == [.closed] && bench.probe("right").ends == [.closed])
    let traffic = await bench.graph.snapshot().traffic
    #expect(traffic["source.audio->left.audio"]?.packets == 200)
    #expect(traffic["left.audio->right.audio"]?.packets == 200)
    await bench.stop()
  }

  @Test func `a worker that is behind loses whole packets, counts them and tells of the gap`() throws {
    let ring = Ring.make(capacity: 1000)
    let bell = HandoffBell(waker: SilentWaker())
    let dropped = MetricRegistry().metric("dropped", .counter, help: "", node: "")
    let upper = HandoffStage(writer: ring.writer, bell: bell, dropped: dropped)
    let lower = HandoffReader(reader: ring.reader, bell: bell)
    let format = StreamFormat(sampleRate: 48_000, channels: 1)
    let recording = Recording()
    let source = StreamSource(
      id: 1,
      root: Branch(
        node: "a", format: format, stage: PassStage(),
        below: [Branch(node: "b", format: format, stage: CollectStage(recording))]))
    let bench = StageBench(upper, format: format)
    let packet = [Int16](repeating: 7, count: 100)
    let verdicts = (0..<6).map { _ in bench.push(packet) }
    #expect(verdicts.first == .go && verdicts.contains(.pause), "the last one that fits asks for a pause")
    #expect(dropped.current == 2)
    lower.drainIfRung(into: source)
    #expect(recording.frames == 400)
    bench.push(packet)
    lower.drainIfRung(into: source)
    #expect(recording.gaps == [200] && recording.frames == 500)
    lower.drainIfRung(into: source)
    #expect(recording.frames == 500, "nothing rang")
  }
}

struct SilentWaker: Waker {
  func wake() {}
}
