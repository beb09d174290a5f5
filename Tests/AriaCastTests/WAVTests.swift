import Support
import Testing

@testable import AriaCast
@testable import RouterCore

@Suite struct WAVTests {
  /// Reads a head from memory; nil for a file that ends too early.
  static func head(_ bytes: [UInt8]) throws -> (sound: WAVSound, place: Int)? {
    var reader = WAVHeadReader()
    var step = WAVHeadReader.first
    var place = 0
    while true {
      var wanted = 8
      switch step {
      case .sound(let sound): return (sound, place)
      case .read(let count): wanted = count
      case .skip(let count): place += count
      }
      guard place + wanted <= bytes.count else { return nil }
      let piece = Array(bytes[place..<place + wanted])
      place += wanted
      step = try reader.take(piece)
    }
  }

  static let sound = ReceiverTests.sound(4_000)

  @Test func `a plain file is read`() throws {
    let read = try #require(try Self.head(WAVBytes.file(sound: Self.sound)))
    #expect(read.sound == WAVSound(encoding: .int16, sampleRate: 48_000, channels: 2, bytes: 4_000))
    #expect(read.place == 44)
    #expect(read.sound.format == StreamFormat(sampleRate: 48_000, channels: 2))
  }

  @Test(
    arguments: [
      (1, 16, WAVSound.Encoding.int16), (1, 24, .int24), (1, 32, .int32), (3, 32, .float32),
    ] as [(UInt16, UInt16, WAVSound.Encoding)])
  func `plain and extensible formats are told apart`(tag: UInt16, bits: UInt16, encoding: WAVSound.Encoding) throws {
    let format = WAVBytes.format(tag: tag, channels: 5, rate: 96_000, bits: bits)
    for format in [format, WAVBytes.extensible(format, tag: tag)] {
      let read = try #require(try Self.head(WAVBytes.file(format: format, sound: Self.sound)))
      #expect(read.sound == WAVSound(encoding: encoding, sampleRate: 96_000, channels: 5, bytes: 4_000))
      #expect(read.sound.format.sample == (encoding == .int16 ? .int16 : .float32))
    }
  }

  @Test func `other chunks are passed over, also of odd length`() throws {
    let before = WAVBytes.chunk("LIST", [1, 2, 3]) + WAVBytes.chunk("bext", [UInt8](repeating: 9, count: 602))
    let read = try #require(try Self.head(WAVBytes.file(before: before, sound: Self.sound)))
    #expect(read.place == 44 + 12 + 610)
  }

  @Test func `a length nobody filled in means until the end, in RF64 the long table has it`() throws {
    for size in [0, UInt32.max] {
      #expect(try Self.head(WAVBytes.file(sound: Self.sound, size: size))?.sound.bytes == nil)
    }
    let table =
      WAVBytes.le(UInt64(7)) + WAVBytes.le(UInt64(5_000_000_000)) + WAVBytes.le(UInt64(9)) + WAVBytes.le(UInt32(0))
    let file = WAVBytes.file(
      outer: "RF64", before: WAVBytes.chunk("ds64", table), sound: Self.sound, size: UInt32.max)
    #expect(try Self.head(file)?.sound.bytes == 5_000_000_000)
  }

  @Test(arguments: [
    (WAVBytes.file(outer: "OggS", sound: []), "not a WAV file: it begins with \"OggS\""),
    (Array("RIFF....AVI ".utf8), "not a WAV file: a RIFF file of type \"AVI \""),
    (Array("RIFF....WAVE".utf8) + WAVBytes.chunk("data", [1, 2]), "not a WAV file: the sound comes before its format"),
    (WAVBytes.file(format: WAVBytes.format(tag: 1, bits: 8), sound: []), "samples of 8 bit in encoding 1; "),
    (WAVBytes.file(format: WAVBytes.format(tag: 85), sound: []), "samples of 16 bit in encoding 85; "),
    (WAVBytes.file(format: WAVBytes.format(channels: 0), sound: []), "0 channels; "),
    (WAVBytes.file(format: WAVBytes.format(channels: 33), sound: []), "33 channels; "),
    (WAVBytes.file(format: WAVBytes.format(rate: 999), sound: []), "999 Hz; "),
    (WAVBytes.file(format: WAVBytes.format(rate: 768_001), sound: []), "768001 Hz; "),
    (WAVBytes.file(format: [1, 0, 2, 0], sound: []), "a format of 4 bytes; "),
  ])
  func `a file that cannot be sent says why`(bytes: [UInt8], words: String) {
    let failure = #expect(throws: WAVFailure.self) { _ = try Self.head(bytes) }
    #expect(failure.map { "\($0)".hasPrefix(words) } == true)
  }

  @Test func `the largest legal values are taken`() throws {
    let format = WAVBytes.format(channels: 32, rate: 768_000)
    #expect(try Self.head(WAVBytes.file(format: format, sound: Self.sound))?.sound.channels == 32)
    let padded = WAVBytes.format() + [UInt8](repeating: 0, count: WAVHeadReader.largestChunk - 16)
    #expect(try Self.head(WAVBytes.file(format: padded, sound: Self.sound)) != nil)
    #expect(throws: WAVFailure.self) { _ = try Self.head(WAVBytes.file(format: padded + [0], sound: Self.sound)) }
  }

  @Test func `no prefix of a file has a head before its sound begins`() throws {
    let file = WAVBytes.file(
      outer: "RF64", before: WAVBytes.chunk("ds64", [UInt8](repeating: 1, count: 28)), sound: Self.sound)
    let whole = try #require(try Self.head(file))
    for length in 0..<file.count {
      #expect((try Self.head(Array(file.prefix(length))) != nil) == (length >= whole.place))
    }
  }

  @Test func `a hundred thousand damaged heads are read or refused, within their bounds`() {
    var random = SeededGenerator(seed: 4)
    let table = WAVBytes.chunk("ds64", [UInt8](repeating: 1, count: 28))
    let seeds = [
      WAVBytes.file(sound: [1, 2, 3, 4]), WAVBytes.file(outer: "RF64", before: table, sound: [1, 2, 3, 4]),
      WAVBytes.file(format: WAVBytes.extensible(WAVBytes.format(), tag: 1), sound: []),
    ]
    for _ in 0..<Effort.times(100_000) {
      var bytes = seeds.randomElement(using: &random) ?? []
      Mutation.apply(to: &bytes, using: &random)
      guard let read = try? Self.head(bytes) else { continue }
      if !(1...32).contains(read.sound.channels) || !(1_000...768_000).contains(read.sound.sampleRate)
        || read.place > bytes.count
      {
        Issue.record("\(bytes) was read as \(read)")
      }
    }
  }

  @Test func `integers of 24 and 32 bits become floats of the same value`() {
    let edges: [Int32] = [.min, .min + 256, -256, 0, 256, 1 << 30, .max - 255]
    let wide = WAVSound(encoding: .int32, sampleRate: 48_000, channels: 1)
    #expect(wide.samples(of: edges.flatMap { WAVBytes.le($0) }).floatSamples == edges.map { Float($0) / 2_147_483_648 })
    let narrow = WAVSound(encoding: .int24, sampleRate: 48_000, channels: 1)
    let bytes = edges.flatMap { WAVBytes.le($0).dropFirst() }
    #expect(narrow.samples(of: bytes).floatSamples == edges.map { Float($0 >> 8) / 8_388_608 })
  }

  @Test func `a file is read to the end of its sound and from the front again`() throws {
    let sound = ReceiverTests.sound(4_001)
    let file = try TemporaryFile(WAVBytes.file(sound: sound, after: WAVBytes.chunk("LIST", [1, 2, 3, 4])))
    let wav = try WAVFile(path: file.path)
    for _ in 0..<2 {
      var read: [UInt8] = []
      while true {
        let piece = try wav.read(frames: 99)
        if piece.isEmpty { break }
        read += piece
      }
      #expect(read == Array(sound.prefix(4_000)))
      #expect(wav.rewind())
    }
  }

  @Test func `a file that is not there, or ends in its head, says so`() throws {
    #expect(throws: WAVFailure.system("open", path: "/nowhere/x.wav", code: 2)) {
      _ = try WAVFile(path: "/nowhere/x.wav")
    }
    let short = try TemporaryFile(Array(WAVBytes.file(sound: []).prefix(30)))
    #expect(throws: WAVFailure.truncated("format")) { _ = try WAVFile(path: short.path) }
  }
}
