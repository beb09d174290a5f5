import RouterCore
import Support

@testable import BrowserMic

/// Streams through an `opus.encoder`, and back.
enum OpusBench {
  static let cd = StreamFormat(sampleRate: 48_000, channels: 2)

  /// A sine of 1 kHz and a quarter of full scale in all channels.
  static func tone(_ format: StreamFormat, frames: Int) -> [UInt8] {
    var samples: [Float] = []
    for frame in 0..<frames {
      let value = 0.25 * sine(1000 * Double(frame) / Double(format.sampleRate))
      samples += [Float](repeating: Float(value), count: format.channels)
    }
    return format.sample == .float32 ? samples.pcmBytes : samples.map { Int16($0 * 32_767) }.pcmBytes
  }

  /// Of a whole turn each 1.
  private static func sine(_ turns: Double) -> Double {
    let x = (turns - turns.rounded()) * 2 * Double.pi
    var term = x
    var sum = x
    for step in 1..<12 {
      term *= -x * x / Double((2 * step) * (2 * step + 1))
      sum += term
    }
    return sum
  }

  /// Runs a whole stream through an encoder, in packets of 20 ms.
  static func encode(
    _ sound: [UInt8], _ format: StreamFormat, attributes: [String: String] = [:],
    _ edit: (inout OpusEncoder.Config) -> Void = { _ in }
  ) async throws -> FakeStream {
    var config = OpusEncoder.Config()
    edit(&config)
    let host = try FakeHost()
    let node = OpusEncoder.make(config, host.context)
    let stream = try await host.open(node, format: format, attributes: attributes)
    let size = format.sampleRate / 50 * format.bytesPerFrame
    for place in stride(from: 0, to: sound.count, by: size) {
      await stream.push(Array(sound[place..<min(place + size, sound.count)]))
    }
    await stream.close()
    await host.stop()
    return stream
  }

  /// The sound of packets, as a decoder of that many channels hears it, pre-skip and all.
  static func decode(_ packets: [[UInt8]], channels: Int) throws -> [Int16]? {
    var decoder = try OpusDecoder(sampleRate: 48_000, channels: channels)
    var heard: [Int16] = []
    for packet in packets {
      var target = [Int16](repeating: 0, count: decoder.longestPacket * channels)
      var span = target.mutableSpan
      guard let frames = unsafe decoder.decode(packet.span.bytes, into: &span) else { return nil }
      heard += target.prefix(frames * channels)
    }
    return heard
  }
}
