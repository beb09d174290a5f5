import CAllocationCounter
import Support
import Testing

@testable import BrowserMic
@testable import RouterCore

/// From a browser's message to the packets behind it nothing asks the heap, once it runs.
@Suite(.enabled(if: allocation_counter_works())) struct MicAllocationTests {
  private static let quiet = MicEvents(said: { _ in }, refused: {}, leaving: {}, closed: { _ in })

  /// Allocations while 200 messages pass, after 50.
  private static func allocations(
    of format: MicFormat, payload: [UInt8], step: UInt64, flags: UInt16 = 0
  ) async throws -> (UInt64, Int) {
    let host = try FakeHost()
    let counters = MicCounters(host.context.metrics)
    let sender = MicSender(id: 1, peer: PeerAddress(host: "10.0.0.9", port: 1), at: host.time.now)
    let count = await host.loop.perform { loop in
      loop.open(1, Branch(node: "mic", format: format.stream, stage: PassStage(), below: []))
      let socket = MicSocket(sender, counters, quiet)
      let hello = Array(MicFrames.hello.utf8)
      _ = unsafe socket.message(
        WebSocketLoan(payload: hello.span.bytes, isText: true, arrival: loop.time.now), on: loop)
      sender.begin(MicSender.Path(format: format, expected: nil, sound: MicSound()), on: 1)
      var messages: [[UInt8]] = []
      for number in 0..<250 as Range<UInt32> {
        messages.append(
          MicFrames.frame(
            number, index: UInt64(number) * step, payload: payload, codec: format.codec.number, flags: flags))
      }
      // The clock of a test takes a lock.
      let arrival = loop.time.now
      var before: UInt64 = 0
      for number in messages.indices {
        let message = messages[number]
        if number == 50 { before = allocation_count() }
        _ = unsafe socket.message(
          WebSocketLoan(payload: message.span.bytes, isText: false, arrival: arrival), on: loop)
      }
      return allocation_count() - before
    }
    let passed = counters.frames.current
    await host.stop()
    return (count, passed)
  }

  @Test func `PCM passes without an allocation`() async throws {
    let format = MicFormat(codec: .pcm16, sampleRate: 48_000, channels: 2)
    let (count, passed) = try await Self.allocations(
      of: format, payload: [UInt8](repeating: 1, count: 3_840), step: 960)
    #expect(count == 0)
    #expect(passed == 250)
  }

  @Test func `silence that is put in, and muted sound, need none either`() async throws {
    let format = MicFormat(codec: .pcm16, sampleRate: 48_000, channels: 2)
    let (count, passed) = try await Self.allocations(
      of: format, payload: [UInt8](repeating: 1, count: 3_840), step: 1_920, flags: 2)
    #expect(count == 0)
    #expect(passed == 250)
  }

  @Test func `floats are turned without an allocation`() async throws {
    let format = MicFormat(codec: .float32, sampleRate: 48_000, channels: 2)
    let (count, passed) = try await Self.allocations(
      of: format, payload: [UInt8](repeating: 1, count: 7_680), step: 960)
    #expect(count == 0)
    #expect(passed == 250)
  }

  @Test func `opus is decoded without an allocation`() async throws {
    let format = MicFormat(codec: .opus, sampleRate: 48_000, channels: 2)
    let (count, passed) = try await Self.allocations(of: format, payload: [0xFC, 0xFF, 0xFE], step: 960)
    #expect(count == 0)
    #expect(passed == 250)
  }
}
