import RouterCore
import Support
import Testing

@testable import ADPCMIngest

@Suite struct CodecStageTests {
  private static func attributes(_ vector: Vector) -> [String: String] {
    [StreamFacts.frameSamples: String(vector.frameSamples)]
  }

  @Test(arguments: Vector.all)
  func `every vector passes the decoder bit for bit, whichever half comes first`(vector: Vector) async throws {
    let format = StreamFormat(codec: .imaADPCM, sampleRate: vector.rate, channels: vector.channels)
    for order in ADPCMDecoder.Order.allCases {
      let host = try FakeHost()
      var config = ADPCMDecoder.Config()
      config.nibbleOrder = order
      let node = ADPCMDecoderNode(config: config, counters: ADPCMCounters(host.context.metrics))
      let stream = try await host.open(node, format: format, attributes: Self.attributes(vector))
      for (number, frame) in vector.frames.enumerated() {
        let sent = order == .low ? frame.enumerated().map { $0 < 4 * vector.channels ? $1 : $1 << 4 | $1 >> 4 } : frame
        await stream.push(sent, frames: 0, sequence: UInt64(number))
      }
      let isEqual = stream.recording.bytes == vector.decoded
      #expect(isEqual, "\(order)")
      await host.stop()
    }
  }

  @Test func `PCM passes the decoder as it is`() async throws {
    let host = try FakeHost()
    let node = ADPCMDecoderNode(config: .init(), counters: ADPCMCounters(host.context.metrics))
    let format = StreamFormat(sampleRate: 44_100, channels: 2, sample: .float32)
    let stream = try await host.open(node, format: format)
    await stream.push([0.5, -0.25] as [Float])
    #expect(stream.output == format && stream.recording.float == [0.5, -0.25])
    await host.stop()
  }

  @Test func `a frame with an impossible index becomes silence of its length and is counted`() async throws {
    let host = try FakeHost()
    let counters = ADPCMCounters(host.context.metrics)
    let node = ADPCMDecoderNode(config: .init(), counters: counters)
    let format = StreamFormat(codec: .imaADPCM, sampleRate: 8_000, channels: 1)
    let stream = try await host.open(node, format: format)
    await stream.push([1, 0, 89, 0] + [UInt8](repeating: 0x77, count: 80), frames: 160)
    #expect(stream.recording.int16 == [Int16](repeating: 0, count: 160))
    #expect(counters.wrongIndex.current == 1)
    await host.stop()
  }

  @Test func `sound of any block size becomes whole frames, and the tail is kept`() async throws {
    let vector = try #require(Vector.all.first { $0.name == "noise_16k" })
    let host = try FakeHost()
    let node = ADPCMEncoderNode(config: .init(), frames: host.context.metrics.counter("f", ""))
    let stream = try await host.open(node, format: StreamFormat(sampleRate: vector.rate, channels: 1))
    let samples = Vector.samples(vector.input)
    for start in stride(from: 0, to: samples.count, by: 77) {
      await stream.push(Array(samples[start..<min(start + 77, samples.count)]))
    }
    let isEqual = stream.recording.bytes == vector.coded
    #expect(isEqual)
    #expect(stream.recording.packets.map(\.sequence) == (0..<50).map { UInt64($0) })
    await stream.push([1, 2, 3] as [Int16])
    await stream.close()
    #expect(stream.recording.packets.last?.frames == 4)
    await host.stop()
  }
}
