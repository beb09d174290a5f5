import RouterCore
import Support
import Testing

struct ChannelSwapTests {
  static let stereo = StreamFormat(sampleRate: 48_000, channels: 2)

  @Test func `left and right change places and nothing else changes`() {
    let bench = StageBench(ChannelSwapStage(.init(), Self.stereo), format: Self.stereo)
    bench.push([1, -2, 3, -4] as [Int16])
    #expect(bench.recording.int16 == [-2, 1, -4, 3])
  }

  @Test func `a packet longer than the scratch memory is sent on whole`() {
    let bench = StageBench(ChannelSwapStage(.init(), Self.stereo), format: Self.stereo)
    let samples = (0..<48_000).map { Int16($0 % 1_000) }
    bench.push(samples)
    #expect(bench.recording.frames == 24_000)
    #expect(bench.recording.int16.prefix(4) == [1, 0, 3, 2])
  }

  @Test func `a mono stream is refused with the reason`() async throws {
    let host = try FakeHost()
    let mono = StreamFormat(sampleRate: 48_000, channels: 1)
    await #expect(throws: StageRefusal("the stream has 1 channels", bridge: "resample")) {
      _ = try await host.open(ChannelSwap.make(.init(), host.context), format: mono)
    }
    await host.stop()
  }
}
