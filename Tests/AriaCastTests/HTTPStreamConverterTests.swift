import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct HTTPStreamConverterTests {
  @Test(arguments: [
    StreamFormat(sampleRate: 44_100, channels: 2), StreamFormat(sampleRate: 16_000, channels: 1),
    StreamFormat(sampleRate: 48_000, channels: 1), StreamFormat(sampleRate: 48_000, channels: 2, sample: .float32),
    StreamFormat(sampleRate: 96_000, channels: 6, sample: .float32),
  ])
  func `another format is converted as the converter does it in one go`(format: StreamFormat) async throws {
    let (run, feed) = try await HTTPStreamTests.start()
    let frames = format.sampleRate / 2 + 123
    let sound = Self.tone(format, frames: frames)
    let stream = try await run.host.open(run.node, format: format)
    var random = SeededGenerator(seed: 3)
    var place = 0
    while place < frames {
      let count = min(frames - place, Int.random(in: 1...6_000, using: &random))
      let size = format.bytesPerFrame
      await stream.push(Array(sound[place * size..<(place + count) * size]))
      place += count
    }
    await stream.close()
    #expect(feed.bytes == (try Self.whole(sound, format)))
    await run.stop()
  }

  @Test func `a gap is silence of the same time`() async throws {
    let (run, feed) = try await HTTPStreamTests.start()
    let stream = try await run.host.open(run.node, format: StreamFormat(sampleRate: 16_000, channels: 1))
    await stream.gap(frames: 1_600)
    #expect(feed.bytes == [UInt8](repeating: 0, count: 4_800 * 4))
    await run.stop()
  }

  @Test func `a superseded stream is not converted, and begins anew when it is heard again`() async throws {
    let (run, feed) = try await HTTPStreamTests.start()
    let format = StreamFormat(sampleRate: 44_100, channels: 2)
    let old = try await run.host.open(run.node, format: format)
    let new = try await run.host.open(run.node, format: HTTPStreamTests.cd)
    let sound = Self.tone(format, frames: 8_820)
    await new.push(HTTPStreamTests.silence)
    await old.push(sound)
    #expect(feed.has(3_840))
    await new.close()
    await old.push(sound)
    await old.close()
    #expect(Array(feed.bytes.dropFirst(3_840)) == (try Self.whole(sound, format)))
    await run.stop()
  }

  /// A tone, different in each channel.
  static func tone(_ format: StreamFormat, frames: Int) -> [UInt8] {
    var phase = (0..<format.channels).map { 0.1 * Double($0) }
    var samples: [Double] = []
    for _ in 0..<frames {
      for channel in 0..<format.channels {
        phase[channel] += 0.01 + 0.003 * Double(channel)
        if phase[channel] > 1 { phase[channel] -= 2 }
        samples.append(0.4 * (1 - phase[channel] * phase[channel]))
      }
    }
    return format.sample == .int16
      ? samples.map { Int16($0 * 32_767) }.pcmBytes : samples.map { Float($0) }.pcmBytes
  }

  static func whole(_ sound: [UInt8], _ format: StreamFormat) throws -> [UInt8] {
    var converter = try PCMConverter(from: format, to: HTTPStreamTests.cd)
    var out: [UInt8] = []
    var memory = [UInt8](repeating: 0, count: 4 * converter.capacity(frames: sound.count / format.bytesPerFrame))
    var made = unsafe convert(sound.span.bytes, &memory, &converter)
    while made > 0 {
      out += memory.prefix(4 * made)
      var span = memory.mutableSpan
      var target = unsafe span.mutableBytes
      made = converter.flush(into: &target)
    }
    return out
  }

  private static func convert(_ bytes: RawSpan, _ memory: inout [UInt8], _ converter: inout PCMConverter) -> Int {
    var span = memory.mutableSpan
    var target = unsafe span.mutableBytes
    return converter.convert(bytes, into: &target).made
  }
}
