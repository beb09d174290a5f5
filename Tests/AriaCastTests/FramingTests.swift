import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct FramingTests {
  static let now = Instant(nanoseconds: 9)

  /// What came out of a framing.
  final class Out {
    var packets: [[UInt8]] = []
    var frames: [Int] = []
    var sequence: [UInt64] = []
    var verdict = Verdict.go

    func take(_ packet: Packet) -> Verdict {
      packets.append((0..<packet.bytes.byteCount).map { packet.bytes.u8($0) })
      frames.append(packet.frames)
      sequence.append(packet.sequence)
      return verdict
    }
  }

  static func send(_ message: [UInt8], to framing: inout AudioFraming, _ out: Out) -> Verdict {
    unsafe framing.receive(message.span.bytes, at: now, out.take)
  }

  static func changes(_ guess: inout RateGuess, _ bytes: Int) -> Bool { guess.message(bytes: bytes) }

  static func noise(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  @Test(arguments: [48_000, 44_100], [1, 2, 3, 4, 5])
  func `messages cut anywhere at a frame give back the sound in packets of 20 ms`(rate: Int, seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let sound = Self.noise(CastFormat.packetBytes(at: rate) * 12 + 400, &random)
    var framing = AudioFraming(rate: rate)
    let out = Out()
    var place = 0
    while place < sound.count {
      let largest = [1, 10, 960, 961, 1_500, 8_000].randomElement(using: &random) ?? 1
      let count = min(sound.count - place, 4 * Int.random(in: 0...largest, using: &random))
      let verdict = Self.send(Array(sound[place..<place + count]), to: &framing, out)
      #expect(verdict == .go)
      place += count
    }
    #expect(out.packets.count == 12)
    #expect(out.packets.allSatisfy { $0.count == CastFormat.packetBytes(at: rate) })
    _ = framing.flush(at: Self.now, out.take)
    #expect(out.packets.flatMap { $0 } == sound)
    #expect(out.frames.reduce(0, +) == sound.count / 4)
    #expect(out.sequence == (0..<13).map { UInt64($0) })
    _ = framing.flush(at: Self.now, out.take)
    #expect(out.packets.count == 13)
  }

  @Test func `a whole packet is lent where it was received`() {
    var framing = AudioFraming(rate: 48_000)
    let message = [UInt8](repeating: 3, count: 3_840)
    var isSame = false
    let span = unsafe message.span.bytes
    _ = framing.receive(span, at: Self.now) { packet in
      isSame = unsafe packet.bytes.withUnsafeBytes { a in
        unsafe span.withUnsafeBytes { b in unsafe a.baseAddress == b.baseAddress }
      }
      return .go
    }
    #expect(isSame)
  }

  @Test func `the strongest verdict comes back`() {
    var framing = AudioFraming(rate: 48_000)
    let out = Out()
    out.verdict = .close(.disconnected)
    #expect(Self.send([UInt8](repeating: 0, count: 3_836), to: &framing, out) == .go)
    #expect(Self.send([UInt8](repeating: 0, count: 4), to: &framing, out) == .close(.disconnected))
  }

  @Test(arguments: [(0, true), (1, false), (2, false), (3, false), (100, true), (3_841, false), (7_680, true)])
  func `only multiples of four bytes hold whole frames`(bytes: Int, isWhole: Bool) {
    #expect(AudioFraming.isWhole(bytes) == isWhole)
  }

  @Test func `25 messages of 3528 bytes are 44_100 Hz from the first on`() {
    var guess = RateGuess()
    #expect(Self.changes(&guess, 3_528))
    for _ in 2...25 { #expect(!Self.changes(&guess, 3_528)) }
    #expect(guess.rate == 44_100)
    // Settled: a short message later changes nothing.
    #expect(!Self.changes(&guess, 3_840))
    #expect(guess.rate == 44_100)
  }

  @Test(arguments: 2...25)
  func `another size among the first 25 takes the guess back`(place: Int) {
    var guess = RateGuess()
    for _ in 1..<place { _ = guess.message(bytes: 3_528) }
    #expect(Self.changes(&guess, 3_840))
    #expect(guess.rate == 48_000)
    #expect(!Self.changes(&guess, 3_528))
    #expect(guess.rate == 48_000)
  }

  @Test(arguments: [4, 400, 3_524, 3_532, 3_840, 7_056, 7_680])
  func `a first message of any other size is 48_000 Hz for good`(bytes: Int) {
    var guess = RateGuess()
    #expect(!Self.changes(&guess, bytes))
    for _ in 0..<50 { #expect(!Self.changes(&guess, 3_528)) }
    #expect(guess.rate == 48_000)
  }

  @Test func `the watch counts late messages, odd sizes and the time of zeros`() {
    var watch = SoundWatch()
    let silent = [UInt8](repeating: 0, count: 3_840)
    var loud = silent
    loud[3_839] = 1
    func take(_ bytes: [UInt8], _ ms: Int) {
      unsafe watch.message(bytes.span.bytes, rate: 48_000, at: Self.now + .milliseconds(ms))
    }
    take(loud, 0)
    #expect(watch.zeroSince == nil)
    take(silent, 100)
    take(silent, 201)
    #expect(watch.zeroSince == Self.now + .milliseconds(100))
    #expect(watch.late == 1)
    take(Array(silent.prefix(6)), 210)
    #expect(watch.unusual == 1)
    #expect(watch.zeroSince == Self.now + .milliseconds(100))
    take(loud, 230)
    #expect(watch.zeroSince == nil)
  }

  @Test func `the handshake is the union of all dialects`() {
    #expect(
      Handshake.ready
        == #"{"status":"READY","type":"handshake","sample_rate":48000,"channels":2,"sample_width":2,"#
        + #""frame_size":3840,"sampleRate":48000,"sampleWidth":2,"frameSize":3840}"#)
    #expect(Handshake.begins(Handshake.ready))
    #expect(!Handshake.begins(#"{"error":"not READY"}"#))
    #expect(!Handshake.begins("hello"))
  }

  @Test func `the service record carries the name of the UDP reply and every TXT key a sender reads`() {
    let event = ServiceRecord.event(name: ReceiverName("Living Room"), port: 12_889)
    #expect(event.instance == "Living Room" && event.type == "_audiocast._tcp" && event.port == 12_889)
    #expect(event.txt.map(\.key) == ["version", "samplerate", "channels", "codecs", "name", "platform"])
    #expect(event.txt.map(\.value) == ["1.0", "48000", "2", "PCM", "Living Room", "media-router"])
  }
}
