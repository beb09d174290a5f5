import CAllocationCounter
import Glibc
import RouterCore
import Support
import Synchronization
import Testing

@testable import ADPCMIngest

/// The threads of a recorder, writing real files.
@Suite struct RecorderTests {
  private static let format = StreamFormat(sampleRate: 8_000, channels: 1)

  /// A recorder in a folder of its own.
  private final class Bench {
    let folder: TemporaryFolder
    let host: FakeHost
    let recorder: Recorder
    var settings: RecorderSettings

    init() throws {
      folder = TemporaryFolder()
      host = try FakeHost(node: "recorder")
      recorder = try Recorder("test", RecorderCounters(host.context.metrics), log: host.context.log)
      settings = RecorderSettings(directory: folder.path, rotateAfter: .seconds(10))
      recorder.use(settings)
      recorder.open()
    }

    deinit { recorder.end() }

    func stage(
      _ layout: FileLayout, attributes: [String: String] = ["streamId": "1"], record: PathRecord = PathRecord(),
      capacity: Int = 100_000, largest: Int = 320, mayHold: Bool = false
    ) -> StageBench {
      let offer = StreamOffer(format: RecorderTests.format, peer: "p", label: "label", attributes: attributes)
      let stream = Sidecar.Stream(label: "label", peer: "p", format: RecorderTests.format, id: "1")
      let recording = Recording(
        name: RecordingName(offer, origin: "mics"), layout: layout, stream: stream, record: record)
      let stage = recorder.record(recording, capacity: capacity, largest: largest, mayHold: mayHold)
      let bench = StageBench(stage, format: RecorderTests.format)
      bench.now = .now()
      return bench
    }

    /// Everything written so far, without sidecars.
    func written() async -> [String: [UInt8]] {
      await recorder.close("stopping")
      recorder.open()
      let names = folder.files.filter { !$0.hasSuffix(".json") }
      return Dictionary(uniqueKeysWithValues: names.map { ($0, folder.bytes($0) ?? []) })
    }
  }

  private static let wav = WAVHead(format: format, isLarge: false)

  @Test func `frames stand in the file with their heads, numbered as they were`() async throws {
    let bench = try Bench()
    let stream = bench.stage(.frames(.pcm, prefix: [1, 2]))
    var expected: [UInt8] = [1, 2]
    for number in 0..<50 {
      let payload = [UInt8](repeating: UInt8(number), count: 320)
      stream.push(payload)
      expected += IngestFrame(codec: .pcm, sequence: UInt32(number)).head(payload: 320) + payload
    }
    stream.finish()
    let files = await bench.written()
    #expect(files.count == 1 && files.first?.value == expected)
    #expect(files.first?.key.hasPrefix("stream_1_20") == true && files.first?.key.hasSuffix(".bin") == true)
    await bench.host.stop()
  }

  @Test func `samples stand in a WAV file behind a head with its size`() async throws {
    let bench = try Bench()
    let stream = bench.stage(.wav(Self.wav))
    let samples = (0..<8_000).map { Int16($0) }
    for start in stride(from: 0, to: 8_000, by: 160) { stream.push(Array(samples[start..<start + 160])) }
    stream.finish()
    let files = await bench.written()
    #expect(files.first?.value == Self.wav.bytes(dataBytes: 16_000) + samples.pcmBytes)
    let sidecar = try #require(bench.folder.files.first { $0.hasSuffix(".wav.json") })
    let text = try #require(bench.folder.text(sidecar))
    for part in [#""reason": "closed""#, #""packets": 50"#, #""frames": 8000"#, #""lastSequence": 49"#, #""gaps": 0"#] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
    #expect(bench.recorder.closer.takeFinished().map(\.seconds) == [1])
    await bench.host.stop()
  }

  @Test func `streams of one id in one second get files of their own, and those with hardware a folder`() async throws {
    let bench = try Bench()
    let now = Instant.now()
    for (number, attributes) in [["streamId": "1"], ["streamId": "1"], ["streamId": "1", "hwid": "A_B"]].enumerated() {
      let stream = bench.stage(.wav(Self.wav), attributes: attributes)
      stream.now = now
      stream.push([Int16(number)])
      stream.finish()
    }
    let files = await bench.written()
    let plain = files.keys.filter { !$0.contains("/") }.sorted()
    #expect(plain.count == 2 && plain.last?.hasSuffix("_2.wav") == true)
    #expect(files.keys.contains { $0.hasPrefix("A_B/stream_1_A_B_") })
    await bench.host.stop()
  }

  @Test func `a file ends a time after its first packet, by the clock of the packets, and at a size`() async throws {
    let bench = try Bench()
    bench.settings.rotateAfter = .seconds(2)
    bench.recorder.use(bench.settings)
    let stream = bench.stage(.wav(Self.wav))
    // So that none is due by the clock of the wall while the test runs.
    stream.now = .now() + .seconds(1_000)
    for _ in 0..<250 { stream.push([Int16](repeating: 7, count: 160)) }
    stream.finish()
    #expect(await bench.written().values.map(\.count).sorted() == [16_044, 32_044, 32_044])
    bench.settings.rotateAfter = .zero
    bench.settings.rotateBytes = 1_000
    bench.recorder.use(bench.settings)
    let other = bench.stage(.wav(Self.wav), attributes: ["streamId": "2"])
    for _ in 0..<7 { other.push([Int16](repeating: 7, count: 160)) }
    other.finish()
    let sizes = await bench.written().filter { $0.key.hasPrefix("stream_2") }.values.map(\.count)
    #expect(sizes.sorted() == [364, 684, 684, 684])
    await bench.host.stop()
  }

  @Test func `silence takes the place of what is missing where that is asked for`() async throws {
    let bench = try Bench()
    bench.settings.fillsGaps = true
    bench.recorder.use(bench.settings)
    let stream = bench.stage(.wav(Self.wav))
    stream.push([1, 2] as [Int16])
    stream.gap(frames: 3)
    stream.push(([3, 4] as [Int16]).pcmBytes, missing: 3)
    stream.gap(frames: 2)
    stream.push([5] as [Int16])
    stream.finish()
    let files = await bench.written()
    let expected: [Int16] = [1, 2, 0, 0, 0, 3, 4, 0, 0, 5]
    #expect(files.first?.value == Self.wav.bytes(dataBytes: 20) + expected.pcmBytes)
    await bench.host.stop()
  }

  @Test func `a full ring holds the source until there is room, and without a hold counts what it loses`() async throws
  {
    let bench = try Bench()
    let record = PathRecord()
    record.hold.offer {}
    let holding = bench.stage(.wav(Self.wav), record: record, capacity: 32 * 1024, mayHold: true)
    var pushed = 0
    while holding.push([Int16](repeating: 1, count: 160)) == .go, pushed < 10_000 { pushed += 1 }
    // Either the thread kept up with all of it, or it was asked for a pause that it takes back.
    holding.finish()
    await withCheckedContinuation { done in record.unwritten.whenNone { done.resume() } }
    #expect(!record.hold.isHeld)
    let size = await bench.written().values.map(\.count).first
    #expect(size == 44 + 320 * (pushed == 10_000 ? pushed : pushed + 1))
    #expect(bench.recorder.shared.counters.noRoom.current == 0)
    await bench.host.stop()
  }

  @Test func `a folder that goes away is trouble that is told, and nothing is held for it`() async throws {
    let bench = try Bench()
    bench.settings.directory = "/proc/nowhere"
    bench.recorder.use(bench.settings)
    let stream = bench.stage(.wav(Self.wav))
    stream.push([1, 2, 3] as [Int16])
    stream.finish()
    await bench.recorder.close("full")
    #expect(bench.recorder.trouble != nil)
    #expect(bench.recorder.shared.counters.notWritten.current == 3)
    bench.settings.directory = bench.folder.path
    bench.recorder.use(bench.settings)
    bench.recorder.open()
    let again = bench.stage(.wav(Self.wav))
    again.push([4] as [Int16])
    again.finish()
    #expect(await bench.written().values.map(\.count) == [46])
    #expect(bench.recorder.trouble == nil)
    await bench.host.stop()
  }

  @Test(.enabled(if: allocation_counter_works())) func `a packet is recorded without an allocation`() async throws {
    let bench = try Bench()
    let stream = bench.stage(.frames(.pcm, prefix: []), capacity: 4 << 20)
    let payload = [UInt8](repeating: 3, count: 320)
    for _ in 0..<50 { stream.push(payload) }
    // Only those of this thread count: the recorder's own may allocate.
    let before = allocation_count()
    for _ in 0..<200 { stream.push(payload) }
    #expect(allocation_count() == before)
    stream.finish()
    await bench.host.stop()
  }
}
