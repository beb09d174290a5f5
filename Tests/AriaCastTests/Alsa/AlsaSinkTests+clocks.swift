import Glibc
import RouterCore
import Support
import Synchronization
import Testing

@testable import AriaCast

/// The clock of the card: that the double keeps time, and that a stream follows it.
extension AlsaSinkTests {
  @Test(arguments: [0, 20_000])
  func `the card of these tests keeps time`(ppm: Int) async throws {
    let card = try PacedCard()
    let device = card.device("PPM=\(ppm)")
    let measured = try #require(await Self.rate(of: device, over: .milliseconds(700)))
    #expect(abs(measured / 48_000 - 1 - Double(ppm) * 1e-6) < 0.003)
  }

  @Test(arguments: [-500, 500])
  func `the card of these tests is wrong by as much as it is told to be`(ppm: Int) async throws {
    let card = try PacedCard()
    let device = card.device("PPM=\(ppm)")
    let measured = try #require(await Self.rate(of: device, over: .seconds(2)))
    #expect(abs((measured / 48_000 - 1) * 1e6 - Double(ppm)) < 100, "\((measured / 48_000 - 1) * 1e6) ppm measured")
  }

  /// The card's delay, and when it was that: asked again while the machine was busy with something else in between.
  private static func look(at card: borrowing SoundCard) -> (time: Instant, frames: Int) {
    for _ in 0..<1000 {
      let begin = Instant.now()
      let frames = card.delayFrames() ?? 0
      if Instant.now() - begin < .microseconds(50) { return (begin, frames) }
    }
    return (.now(), card.delayFrames() ?? 0)
  }

  /// Frames a second a card takes, by its own delay at two instants.
  static func rate(of device: String, over time: Duration) async -> Double? {
    await withCheckedContinuation { done in
      let work: @Sendable () -> Void = {
        var result: Double?
        do {
          let card = try SoundCard(device: device, period: .milliseconds(650))
          let silence = [UInt8](repeating: 0, count: card.format.bufferFrames * card.format.bytesPerFrame)
          _ = try unsafe card.write(silence.span.bytes)
          try card.start()
          let (begin, full) = look(at: card)
          usleep(UInt32(time.nanoseconds / 1000))
          let (end, rest) = look(at: card)
          result = Double(full - rest) / (end - begin).seconds
        } catch {}
        done.resume(returning: result)
      }
      do { try DeviceThread.start("rate", work) } catch { done.resume(returning: nil) }
    }
  }

  /// Plays `seconds` of a constant on a card that is wrong by `ppm`.
  /// - Returns: the sender's clock beside the card's, the speed it is read at, both in ppm; and the faults.
  private static func follow(ppm: Int, seconds: Int) async throws -> (clock: Double, speed: Double, faults: [Int]) {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device("PPM=\(ppm)"))
    var found = (clock: 0.0, speed: 0.0, faults: [Int]())
    try await bench.run {
      await bench.hurry()
      let stream = try await bench.open(stereo)
      await stream.send([UInt8](repeating: 1, count: 4 * 48_000 * seconds))
      found = (bench.clock, bench.drift, bench.faults)
      await stream.close()
    }
    return found
  }

  @Test func `a card 100 ppm slow and one as fast are both known after 25 s, without a fault`() async throws {
    async let slow = Self.follow(ppm: -100, seconds: 25)
    let fast = try await Self.follow(ppm: 100, seconds: 25)
    for (found, ppm) in [(try await slow, 100.0), (fast, -100)] {
      #expect(abs(found.clock - ppm) < 40, "\(found)")
      // The delay that came about before the correction engaged is still being taken back: beyond the drift.
      #expect(found.speed / ppm > 0.9 && abs(found.speed) <= 300, "\(found)")
      #expect(found.faults == [0, 0, 0], "underruns of the card, underruns of the stream, cuts")
    }
  }

  @Test(.enabled(if: unsafe getenv("SOAK") != nil))
  func `a card 200 ppm fast is followed for three minutes without a fault`() async throws {
    let found = try await Self.follow(ppm: 200, seconds: 180)
    #expect(abs(found.clock + 200) < 20, "\(found)")
    // From the second minute on the delay sinks by 100 ppm: the stream is read at -100 until it is short enough.
    #expect(abs(found.speed + 100) < 40 || abs(found.speed + 200) < 40, "\(found)")
    #expect(found.faults == [0, 0, 0], "underruns of the card, underruns of the stream, cuts")
  }
}
