import Testing

@testable import AriaCast
@testable import RouterCore

@Suite struct MP3OptionTests {
  @Test(
    arguments: [
      ("bitrateKbps", 64, true), ("bitrateKbps", 320, true), ("bitrateKbps", "stream", true),
      ("bitrateKbps", 32, false), ("bitrateKbps", 100, false), ("bitrateKbps", "192", false),
      ("bitrateKbps", "auto", false), ("vbr", 0, true), ("vbr", 9, true), ("vbr", 10, false), ("vbr", -1, false),
      ("vbr", false, true), ("vbr", true, false), ("sampleRate", 44_100, true), ("sampleRate", 0, true),
      ("sampleRate", 22_050, false), ("channels", 0, true), ("channels", 1, true), ("channels", 3, false),
      ("stereo", "separate", true), ("stereo", "mono", false), ("quality", 1, false),
    ] as [(String, JSON, Bool)])
  func `encoder options are read or refused`(option: String, value: JSON, isRight: Bool) {
    let members = [JSON.Member(option, value)]
    let (config, problems) = MP3Encoder.Config.decode(members, over: .init(), in: .none)
    #expect((problems + config.check()).isEmpty == isRight)
    if isRight { #expect(config.json[option] == value) }
  }

  @Test(
    arguments: [
      ("128", 128), ("130", 128), ("176", 192), ("1", 64), ("9000", 320), ("160.5", 160), ("", 192), ("loud", 192),
      ("-5", 64), ("nan", 192), ("inf", 320), (nil, 192),
    ] as [(String?, Int)])
  func `stream is what the sender asked for, as near as there is`(wish: String?, kbps: Int) {
    var config = MP3Encoder.Config()
    config.bitrateKbps = .stream
    let attributes = wish.map { ["bitrateKbps": $0] } ?? [:]
    let settings = config.settings(for: StreamFormat(sampleRate: 48_000, channels: 2), attributes: attributes)
    #expect(settings.rate == .constant(kbps))
  }

  @Test(arguments: [
    (8_000, 32_000), (32_000, 32_000), (32_001, 44_100), (44_100, 44_100), (48_000, 48_000), (96_000, 48_000),
  ])
  func `0 takes the lowest rate that loses nothing`(rate: Int, chosen: Int) {
    var config = MP3Encoder.Config()
    config.sampleRate = 0
    config.channels = 0
    for channels in [1, 2, 6] {
      let settings = config.settings(for: StreamFormat(sampleRate: rate, channels: channels), attributes: [:])
      #expect(settings.sampleRate == chosen && settings.channels == min(2, channels))
    }
  }

  @Test(
    arguments: [
      ("/stream.wav", "auto", false), ("/stream.mp3", "auto", true), ("/live", "mp3", true), ("/a.mp3", "wav", false),
    ] as [(String, String, Bool)])
  func `what a body is follows its path or what is said`(path: String, container: String, isMP3: Bool) throws {
    var config = HTTPStream.Config()
    config.path = path
    config.container = try #require(HTTPStream.Container(rawValue: container))
    #expect(config.isMP3 == isMP3)
    let codec: Codec = isMP3 ? .mp3 : .pcm
    #expect(HTTPStream.ports(for: config).first?.carries == .audio(codecs: [codec]))
    #expect(config.fields(label: "web")["content-type"] == (isMP3 ? "audio/mpeg" : "audio/wav"))
    #expect(config.check().isEmpty)
    config.sampleRate = 96_000
    config.channels = 6
    #expect(config.check().map(\.path) == (isMP3 ? ["sampleRate", "channels"] : []))
  }
}
