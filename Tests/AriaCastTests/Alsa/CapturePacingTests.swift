import Glibc
import RouterCore
import Testing

@testable import AriaCast

@Suite struct CapturePacingTests {
  static let format = CardFormat(
    sampleRate: 48_000, channels: 2, encoding: .int16, periodFrames: 480, bufferFrames: 1920)
  let start = Instant(nanoseconds: 1_000_000_000)

  @Test func `a period is read as soon as it is there`() {
    var pacing = CapturePacing(format: Self.format, at: start)
    #expect(pacing.recorded(479, at: start) == .wait)
    #expect(pacing.recorded(480, at: start) == .read)
  }

  @Test func `a card that wakes without sound does not spin`() {
    var pacing = CapturePacing(format: Self.format, at: start)
    pacing.waited(hasSound: true)
    #expect(pacing.recorded(0, at: start) == .nap)
    pacing.read(leaving: 0, at: start)
    #expect(pacing.recorded(0, at: start) == .wait)
  }

  @Test func `two seconds without a frame is a loss`() {
    var pacing = CapturePacing(format: Self.format, at: start)
    #expect(pacing.recorded(0, at: start + .milliseconds(1999)) == .wait)
    #expect(pacing.recorded(0, at: start + .seconds(2)) == .fail(.stalled))
    #expect(pacing.failed(EAGAIN, at: start + .seconds(2)) == .fail(.stalled))
  }

  @Test func `what was lost is counted from the newest frame that was read`() {
    var pacing = CapturePacing(format: Self.format, at: start)
    pacing.read(leaving: 480, at: start + .milliseconds(20))
    #expect(pacing.failed(EPIPE, at: start + .milliseconds(70)) == .recover(EPIPE))
    #expect(pacing.restarted(at: start + .milliseconds(110)) == 4800)
    #expect(pacing.restarted(at: start + .milliseconds(110)) == 0)
  }

  @Test func `a card that runs over again and again is given up, unless it records well in between`() {
    var pacing = CapturePacing(format: Self.format, at: start)
    for _ in 0..<50 { #expect(pacing.failed(EPIPE, at: start) == .recover(EPIPE)) }
    #expect(pacing.failed(EPIPE, at: start) == .fail(.unstable))
    for _ in 0..<100 { pacing.read(leaving: 0, at: start) }
    #expect(pacing.failed(EPIPE, at: start) == .recover(EPIPE))
    #expect(pacing.failed(ENODEV, at: start) == .fail(.failed(ENODEV)))
  }

  @Test func `a record gives back what was put in`() {
    var record = [UInt8](repeating: 0, count: CaptureRecord.head)
    CaptureRecord.write(lost: 123_456_789, recorded: Instant(nanoseconds: 987_654_321_012), into: &record)
    #expect(unsafe CaptureRecord.lost(in: record.span.bytes) == 123_456_789)
    #expect(unsafe CaptureRecord.recorded(in: record.span.bytes) == Instant(nanoseconds: 987_654_321_012))
  }

  @Test func `samples of 24 bits come through exactly`() {
    var target = [UInt8](repeating: 0, count: 2 + 12)
    copyCapturedSamples([1, 0, 0, 0, 0, 0x80, 0xFF, 0xFF, 0x7F], .int24, into: &target, at: 2)
    let floats = (0..<3).map { index -> Float in
      let begin = 2 + 4 * index
      let bits: UInt32 = target[begin..<begin + 4].reversed().reduce(0) { (all: UInt32, byte: UInt8) in
        all << 8 | UInt32(byte)
      }
      return Float(bitPattern: bits)
    }
    let wanted: [Float] = [1 / 8_388_608, -1, 8_388_607 / 8_388_608]
    #expect(floats == wanted)
  }
}
