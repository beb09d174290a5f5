import CAllocationCounter
import Support
import Synchronization
import Testing

@testable import ADPCMIngest
@testable import RouterCore

/// From a microphone's message to the packets behind it nothing asks the heap, once it runs.
@Suite(.enabled(if: allocation_counter_works())) struct AllocationTests {
  private static func allocations(_ body: () -> Void) -> UInt64 {
    for _ in 0..<50 { body() }
    let before = allocation_count()
    for _ in 0..<200 { body() }
    return allocation_count() - before
  }

  @Test func `frames are decoded without an allocation, also those that cannot be`() async throws {
    let host = try FakeHost()
    let format = StreamFormat(codec: .imaADPCM, sampleRate: 16_000, channels: 2)
    for order in ADPCMDecoder.Order.allCases {
      let stage = ADPCMDecoderStage(
        channels: 2, StreamFacts.Frames(), order, counters: ADPCMCounters(host.context.metrics))
      let bench = Chain(stage, format: format)
      let good = [UInt8](repeating: 0, count: 2 * 4 + 320)
      let bad = [1, 0, 89, 0] + good.dropFirst(4)
      #expect(Self.allocations { bench.send(good, frames: 320) } == 0)
      #expect(Self.allocations { bench.send(bad, frames: 320) } == 0)
    }
    await host.stop()
  }

  @Test(arguments: [SampleType.int16, .float32])
  func `sound is encoded without an allocation`(sample: SampleType) async throws {
    let host = try FakeHost()
    let input = StreamFormat(sampleRate: 16_000, channels: 1, sample: sample)
    let converter = try PCMConverter(from: input, to: StreamFormat(sampleRate: 16_000, channels: 1))
    let stage = ADPCMEncoderStage(
      converter: converter, frameSamples: 320, .high, frames: host.context.metrics.counter("f", ""))
    let bench = Chain(stage, format: input)
    let sound = [UInt8](repeating: 1, count: 333 * input.bytesPerFrame)
    #expect(Self.allocations { bench.send(sound, frames: 333) } == 0)
    await host.stop()
  }

  @Test func `messages of a microphone become packets without an allocation`() async throws {
    let host = try FakeHost()
    let microphone = Microphone(id: 1, peer: PeerAddress(host: "10.0.0.9", port: 1), hardware: nil, at: host.time.now)
    let events = MicrophoneEvents(greeted: { _ in }, refused: {}, leaving: {}, closed: { _ in })
    let handshake = IngestHandshake(
      stream: 1, sampleRate: 16_000, channels: 1, codec: .adpcm, frameSamples: 320, timestamp: 0)
    let counters = IngestCounters(host.context.metrics)
    let count = await host.loop.perform { loop in
      let format = StreamFormat(codec: .imaADPCM, sampleRate: 16_000, channels: 1)
      loop.open(1, Branch(node: "mics", format: format, stage: PassStage(), below: []))
      microphone.stream.store(1, ordering: .releasing)
      let socket = MicrophoneSocket(microphone, counters, IngestSettings(MicrophoneIngest.Config()), events)
      let hello = handshake.bytes
      _ = unsafe socket.message(
        WebSocketLoan(payload: hello.span.bytes, isText: false, arrival: loop.time.now), on: loop)
      var message = IngestFrame(codec: .adpcm, sequence: 0).head(payload: 164) + [UInt8](repeating: 0, count: 164)
      let arrival = loop.time.now
      return Self.allocations {
        message[8] &+= 1
        _ = unsafe socket.message(
          WebSocketLoan(payload: message.span.bytes, isText: false, arrival: arrival), on: loop)
      }
    }
    #expect(count == 0)
    #expect(counters.frames.current == 250)
    await host.stop()
  }

  /// One stage in front of nothing.
  private final class Chain {
    private let branch: Branch
    private var sequence: UInt64 = 0

    init(_ stage: any Stage, format: StreamFormat) {
      branch = Branch(
        node: "under test", format: format, stage: stage,
        below: [Branch(node: "end", format: format, stage: PassStage())])
    }

    func send(_ bytes: [UInt8], frames: Int) {
      let packet = unsafe Packet(
        bytes: bytes.span.bytes, frames: frames, sequence: sequence, arrival: Instant(nanoseconds: 0))
      sequence += 1
      _ = branch.lend(packet)
    }
  }
}
