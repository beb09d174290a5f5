import CAllocationCounter
import RouterCore
import Support
import Testing

@testable import BrowserMic

@Suite struct OpusEncoderTests {
  private typealias Bench = OpusBench

  @Test func `heads come first, and every packet sent on is one whole page`() async throws {
    let stream = try await Bench.encode(Bench.tone(Bench.cd, frames: 48_000), Bench.cd)
    let output = try #require(stream.output)
    #expect(output.codec == .opus && output.sampleRate == 48_000 && output.channels == 2)
    let heads = try #require(OggPage.all(output.setup))
    #expect(heads.map(\.isFirst) == [true, false] && heads.map(\.granule) == [0, 0])
    let head = heads[0].packets[0]
    #expect(head.count == 19 && head.starts(with: Array("OpusHead".utf8)) && head[8] == 1 && head[9] == 2)
    #expect(Array(head[10..<12]) == [56, 1], "a pre-skip of 312 frames")
    #expect(Array(head[12..<16]) == [0x80, 0xBB, 0, 0], "48000 Hz went in")
    #expect(Array(head[16...]) == [0, 0, 0])
    #expect(heads[1].packets[0].starts(with: Array("OpusTags".utf8)))
    #expect(String(decoding: heads[1].packets[0], as: UTF8.self).contains("TITLE=phone"))
    for packet in stream.recording.packets { #expect(OggPage.all(packet.bytes)?.count == 1) }
  }

  @Test(arguments: [48_000, 47_999, 960, 1, 12_345])
  func `granules count frames, and the last page ends where the sound ends`(frames: Int) async throws {
    let stream = try await Bench.encode(Bench.tone(Bench.cd, frames: frames), Bench.cd)
    let heads = try #require(OggPage.all(stream.output?.setup ?? []))
    let pages = try #require(OggPage.all(stream.recording.bytes))
    #expect(Set((heads + pages).map(\.serial)).count == 1)
    #expect((heads + pages).map(\.number) == Array(0..<UInt32(heads.count + pages.count)))
    let wanted: [Int64] = (1..<pages.count).map { (page: Int) -> Int64 in Int64(page) * 960 }
    #expect(pages.dropLast().map(\.granule) == wanted)
    #expect(pages.last?.granule == Int64(frames + 312))
    #expect(pages.dropLast().allSatisfy { !$0.isLast } && pages.last?.isLast == true)
    #expect(pages.count == (frames + 312 + 959) / 960)
    #expect(stream.recording.packets.map(\.frames).allSatisfy { $0 == 960 })
  }

  @Test(arguments: [
    StreamFormat(sampleRate: 48_000, channels: 2), StreamFormat(sampleRate: 44_100, channels: 1),
    StreamFormat(sampleRate: 8_000, channels: 1), StreamFormat(sampleRate: 96_000, channels: 6, sample: .float32),
  ])
  func `what is decoded is the tone that went in`(format: StreamFormat) async throws {
    let stream = try await Bench.encode(Bench.tone(format, frames: format.sampleRate), format)
    let channels = min(2, format.channels)
    #expect(stream.output?.channels == channels)
    let pages = try #require(OggPage.all(stream.recording.bytes))
    let heard = try #require(try Bench.decode(pages.flatMap(\.packets), channels: channels))
    let end = Int(pages.last?.granule ?? 0)
    #expect(abs(end - 312 - 48_000) <= 1)
    let left = stride(from: (312 + 4_800) * channels, to: (end - 4_800) * channels, by: channels).map { heard[$0] }
    // A sine of a quarter of full scale, at most 1 dB off.
    let squares: Double = left.reduce(0.0) { (sum: Double, sample) in sum + Double(sample) * Double(sample) }
    let power = squares / Double(left.count)
    let wanted: Double = 8_192 * 8_192 / 2
    #expect(power > wanted * 0.8 && power < wanted * 1.25)
    let crossings = zip(left, left.dropFirst()).count { $0 < 0 && $1 >= 0 }
    let periods = Double(left.count) / 48
    #expect(abs(Double(crossings) - periods) <= 2)
  }

  @Test(arguments: [24, 64, 128, 320])
  func `the bit rate is the one asked for`(kbps: Int) async throws {
    let sound = (0..<48_000 * 4).flatMap { index -> [UInt8] in
      let noise = UInt64(index) &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return [UInt8(truncatingIfNeeded: noise >> 33), UInt8(truncatingIfNeeded: noise >> 45) & 0x1F]
    }
    let stream = try await Bench.encode(sound, Bench.cd) { $0.bitrateKbps = .kbps(kbps) }
    let pages = try #require(OggPage.all(stream.recording.bytes))
    let bits = pages.flatMap(\.packets).reduce(0) { $0 + $1.count } * 8
    let seconds = Double(pages.flatMap(\.packets).count) / 50
    #expect(abs(Double(bits) / seconds / 1000 / Double(kbps) - 1) < 0.15)
  }

  @Test func `the sender's wish is the bit rate`() async throws {
    func bytes(_ attributes: [String: String], _ rate: OpusBitrate) async throws -> Int {
      let sound = Bench.tone(Bench.cd, frames: 48_000)
      return try await Bench.encode(sound, Bench.cd, attributes: attributes) { $0.bitrateKbps = rate }
        .recording.bytes.count
    }
    let wished = try await bytes(["bitrateKbps": "64"], .stream)
    #expect(wished == (try await bytes([:], .kbps(64))))
    #expect(try await bytes([:], .stream) == (try await bytes([:], .kbps(192))))
    #expect(OpusBitrate.stream.resolved(["bitrateKbps": "1000"]) == 510)
    #expect(OpusBitrate.stream.resolved(["bitrateKbps": "-1"]) == 6)
    #expect(OpusBitrate.stream.resolved(["bitrateKbps": "nan"]) == 192)
    #expect(OpusBitrate.stream.resolved(["bitrateKbps": "loud"]) == 192)
  }

  @Test func `a page holds as many packets as asked for`() async throws {
    let sound = Bench.tone(Bench.cd, frames: 48_000)
    let stream = try await Bench.encode(sound, Bench.cd) { $0.pageMs = 119 }
    let pages = try #require(OggPage.all(stream.recording.bytes))
    #expect(pages.dropLast().allSatisfy { $0.packets.count == 5 })
    #expect(stream.recording.packets.count == pages.count)
    #expect(pages.last?.granule == 48_312 && pages.last?.isLast == true)
    let largest = try await Bench.encode(sound, Bench.cd) {
      $0.pageMs = 500
      $0.bitrateKbps = .kbps(510)
    }
    #expect(OggPage.all(largest.recording.bytes)?.last?.granule == 48_312)
  }

  @Test func `a gap is encoded as silence of the same length, at most a second`() async throws {
    let host = try FakeHost()
    let stream = try await host.open(OpusEncoder.make(.init(), host.context), format: Bench.cd)
    await stream.gap(frames: 4_800)
    await stream.gap(frames: 96_000)
    await stream.close()
    #expect(stream.recording.gaps == [48_000])
    let last = try #require(OggPage.all(stream.recording.bytes)?.last)
    #expect(last.granule == 52_800 + 312)
    await host.stop()
  }

  @Test func `a stream without any sound has no page, and one that is no PCM is refused`() async throws {
    let host = try FakeHost()
    let node = OpusEncoder.make(.init(), host.context)
    let stream = try await host.open(node, format: Bench.cd)
    await stream.close()
    #expect(stream.recording.packets.isEmpty)
    await #expect(throws: StageRefusal.self) {
      _ = try await host.open(node, format: StreamFormat(codec: .opus, sampleRate: 48_000, channels: 2))
    }
    await host.stop()
  }

  @Test(.enabled(if: allocation_counter_works()), arguments: [(48_000, 1), (44_100, 1), (48_000, 10)])
  func `encoding allocates nothing once it runs`(rate: Int, packetsPerPage: Int) async throws {
    let host = try FakeHost()
    let format = StreamFormat(sampleRate: rate, channels: 2)
    let settings = OpusSettings(kbps: 192, channels: 2, packetsPerPage: packetsPerPage)
    let pcm = StreamFormat(sampleRate: 48_000, channels: 2, sample: .float32)
    let stage = OpusEncoderStage(
      converter: try PCMConverter(from: format, to: pcm), encoder: try LibopusEncoder(settings),
      ogg: try OggWriter(serial: 1), counters: OpusEncoderCounters(host.context.metrics))
    let branch = Branch(node: "opus", format: format, stage: stage)
    let sound = Bench.tone(format, frames: rate / 50)
    func push() { _ = branch.lend(Packet(bytes: unsafe sound.span.bytes, frames: rate / 50, arrival: host.time.now)) }
    for _ in 0..<20 { push() }
    let before = allocation_count()
    for _ in 0..<100 { push() }
    #expect(allocation_count() == before)
    await host.stop()
  }
}
