import CAllocationCounter
import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct MP3EncoderTests {
  private static let cd = StreamFormat(sampleRate: 48_000, channels: 2)

  /// Runs a whole stream through an encoder, in packets of 20 ms.
  private static func encode(
    _ sound: [UInt8], _ format: StreamFormat, attributes: [String: String] = [:],
    _ edit: (inout MP3Encoder.Config) -> Void = { _ in }
  ) async throws -> FakeStream {
    var config = MP3Encoder.Config()
    edit(&config)
    let host = try FakeHost()
    let node = MP3Encoder.make(config, host.context)
    let stream = try await host.open(node, format: format, attributes: attributes)
    let size = format.sampleRate / 50 * format.bytesPerFrame
    for place in stride(from: 0, to: sound.count, by: size) {
      await stream.push(Array(sound[place..<min(place + size, sound.count)]))
    }
    await stream.close()
    await host.stop()
    return stream
  }

  private static func headers(_ stream: FakeStream) -> [MP3FrameHeader] {
    stream.recording.packets.compactMap { packet in
      let header = MP3FrameHeader(unsafe packet.bytes.span.bytes, at: 0)
      return header?.byteCount == packet.bytes.count && packet.frames == 1_152 ? header : nil
    }
  }

  /// `main_data_begin`: how far back a frame reaches.
  private static func reach(_ packet: Recording.Entry) -> Int {
    let offset = packet.bytes[1] & 1 == 1 ? 4 : 6
    return Int(packet.bytes[offset]) << 1 | Int(packet.bytes[offset + 1] >> 7)
  }

  @Test(arguments: MP3Bitrate.choices)
  func `every packet is one frame of the bit rate asked for, and none needs those before it`(kbps: Int) async throws {
    let sound = HTTPStreamConverterTests.tone(Self.cd, frames: 24_000)
    let stream = try await Self.encode(sound, Self.cd) { $0.bitrateKbps = .kbps(kbps) }
    #expect(stream.output == StreamFormat(codec: .mp3, sampleRate: 48_000, channels: 2))
    let headers = Self.headers(stream)
    #expect(headers.count == stream.recording.packets.count)
    #expect(headers.allSatisfy { $0.bitrateKbps == kbps && $0.sampleRate == 48_000 && $0.channels == 2 })
    #expect(stream.recording.packets.allSatisfy { Self.reach($0) == 0 })
    #expect(stream.recording.packets.map(\.sequence) == Array(0..<UInt64(headers.count)))
    // All sound, LAME's delay of 1105 samples, and no more than it takes to fill the last frame.
    #expect((24_000 + 1_105..<24_000 + 1_105 + 3 * 1_152).contains(headers.count * 1_152))
  }

  @Test func `variable bit rate follows the sound and has no file header`() async throws {
    let silence = [UInt8](repeating: 0, count: 96_000)
    let sound = silence + ReceiverTests.sound(192_000)
    let stream = try await Self.encode(sound, Self.cd) { $0.vbr = .on(2) }
    let headers = Self.headers(stream)
    #expect(headers.count == stream.recording.packets.count)
    #expect(Set(headers.map(\.bitrateKbps)).count > 1)
    #expect(!stream.recording.bytes.starts(with: Array("ID3".utf8)))
    for word in ["Xing", "Info"] {
      let first = stream.recording.packets.first?.bytes ?? []
      #expect(!String(decoding: first, as: UTF8.self).contains(word))
    }
  }

  @Test(arguments: [
    StreamFormat(sampleRate: 44_100, channels: 2), StreamFormat(sampleRate: 16_000, channels: 1),
    StreamFormat(sampleRate: 96_000, channels: 6, sample: .float32),
    StreamFormat(sampleRate: 48_000, channels: 2, sample: .float32),
  ])
  func `any PCM becomes the format asked for`(format: StreamFormat) async throws {
    let sound = HTTPStreamConverterTests.tone(format, frames: format.sampleRate / 2)
    for (rate, channels) in [(48_000, 2), (44_100, 1)] {
      let stream = try await Self.encode(sound, format) {
        $0.sampleRate = rate
        $0.channels = channels
      }
      let headers = Self.headers(stream)
      #expect(headers.count == stream.recording.packets.count)
      #expect(headers.allSatisfy { $0.sampleRate == rate && $0.channels == channels })
      #expect((rate / 2..<rate / 2 + 5 * 1_152).contains(headers.count * 1_152))
    }
  }

  @Test func `the sender's wish is the bit rate`() async throws {
    let sound = HTTPStreamConverterTests.tone(Self.cd, frames: 4_800)
    let stream = try await Self.encode(sound, Self.cd, attributes: ["bitrateKbps": "96"]) { $0.bitrateKbps = .stream }
    #expect(Self.headers(stream).allSatisfy { $0.bitrateKbps == 96 } && !stream.recording.packets.isEmpty)
  }

  @Test func `a gap is encoded as silence of the same length, at most a second`() async throws {
    let host = try FakeHost()
    let stream = try await host.open(MP3Encoder.make(.init(), host.context), format: Self.cd)
    await stream.gap(frames: 4_800)
    await stream.gap(frames: 96_000)
    await stream.close()
    #expect(stream.recording.gaps == [48_000])
    #expect((52_800..<52_800 + 4 * 1_152).contains(stream.recording.frames))
    await host.stop()
  }

  @Test func `a stream that is no PCM is refused`() async throws {
    let host = try FakeHost()
    let node = MP3Encoder.make(.init(), host.context)
    await #expect(throws: StageRefusal.self) {
      _ = try await host.open(node, format: StreamFormat(codec: .mp3, sampleRate: 48_000, channels: 2))
    }
    await host.stop()
  }

  @Test(.enabled(if: allocation_counter_works()), arguments: [48_000, 44_100])
  func `encoding allocates nothing once it runs`(rate: Int) async throws {
    let host = try FakeHost()
    let format = StreamFormat(sampleRate: rate, channels: 2)
    let settings = MP3Settings(rate: .constant(192), sampleRate: 48_000, channels: 2)
    let pcm = StreamFormat(sampleRate: 48_000, channels: 2, sample: .float32)
    let stage = MP3EncoderStage(
      converter: try PCMConverter(from: format, to: pcm), encoder: try LameEncoder(settings),
      counters: MP3EncoderCounters(host.context.metrics))
    let branch = Branch(node: "mp3", format: format, stage: stage)
    let sound = ReceiverTests.sound(rate / 50 * 4)
    func push() { _ = branch.lend(Packet(bytes: unsafe sound.span.bytes, frames: rate / 50, arrival: host.time.now)) }
    for _ in 0..<20 { push() }
    let before = allocation_count()
    for _ in 0..<100 { push() }
    #expect(allocation_count() == before)
    await host.stop()
  }
}
