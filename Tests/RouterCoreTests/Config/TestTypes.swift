import RouterCore

// Node types small enough to know by heart, with every kind of option and port a document can meet.

struct TinyVolume: EventPayload {
  static let name = "volume"
  static let kind = EventKind.state
  static let shape = #"{"percent":number}"#
  var json: JSON { ["percent": 0] }
}

struct TinyTrack: EventPayload {
  static let name = "track"
  static let kind = EventKind.state
  static let shape = #"{"title":text}"#
  var json: JSON { ["title": ""] }
}

private struct Idle: Node {}

/// Makes nodes that do nothing.
protocol TinyType: NodeDefinition {}

extension TinyType {
  static func make(_ config: Config, _ context: NodeContext) -> any Node { Idle() }
}

/// Listens; sound out, events both ways.
enum TinyPhone: TinyType {
  struct Config: ListeningConfiguration {
    var listener = ListenerSettings(listen: PeerAddress(host: "0.0.0.0", port: 12889))
    var name = "Router"
    var discovery = OrFalse.on(PeerAddress(host: "0.0.0.0", port: 12888))

    static var options: [Option<Self>] {
      listenerOptions(defaultPort: 12889) + [
        Option("name", \.name, live: true, "What senders see."),
        Option("discovery", \.discovery, "Where discovery answers, or false."),
      ]
    }
  }
  static let type = "phone.receiver"
  static let summary = "Takes what a phone casts."
  static func ports(for config: Config) -> [Port] {
    [
      .audioOut("audio", "What the phone plays."), .eventOut("track", TinyTrack.self, "What it is."),
      .eventOut("volume", TinyVolume.self, "How loud the phone wants it."),
      .eventIn("control", TinyVolume.self, "Tells the phone."),
    ]
  }
  static func claims(of config: Config) -> [Claim] { [.route(config.listener.listen, "GET /audio")] }
}

/// Sends a codec of its own.
enum TinyMicrophones: TinyType {
  struct Config: ListeningConfiguration {
    var listener = ListenerSettings(listen: PeerAddress(host: "0.0.0.0", port: 5096))
    var holdSeconds = 10.0
    static var options: [Option<Self>] {
      listenerOptions(defaultPort: 5096) + [
        Option("holdSeconds", \.holdSeconds, 0...600, unit: "s", live: true, "How long a sender is held.")
      ]
    }
  }
  static let type = "adpcm.ingest"
  static let summary = "Takes microphones."
  static func ports(for config: Config) -> [Port] { [.audioOut("audio", codecs: [.adpcm], "As sent.")] }
  static func claims(of config: Config) -> [Claim] { [.route(config.listener.listen, "GET /ws/{hwid}")] }
}

/// Sends what nothing here can read.
enum TinyForeign: TinyType {
  struct Config: Configuration {
    static var options: [Option<Self>] { [] }
  }
  static let type = "foreign.source"
  static let summary = "Sends another codec."
  static func ports(for config: Config) -> [Port] {
    [.audioOut("audio", codecs: [Codec(rawValue: "aac"), Codec(rawValue: "opus")], "As sent.")]
  }
}

enum TinyDecoder: TinyType {
  struct Config: Configuration {
    enum Order: String, OptionValue, CaseIterable { case high, low }
    var nibbleOrder = Order.high
    static var options: [Option<Self>] { [Option("nibbleOrder", \.nibbleOrder, "Which half of a byte is first.")] }
  }
  static let type = "adpcm.decoder"
  static let summary = "Makes PCM of ADPCM."
  static func ports(for config: Config) -> [Port] {
    [.audioIn("audio", codecs: [.adpcm, .pcm], "ADPCM."), .audioOut("audio", "PCM.")]
  }
}

/// Holds a device.
enum TinySpeaker: TinyType {
  struct Config: Configuration {
    enum Combine: String, OptionValue, CaseIterable { case mix, newest }
    var device = "default"
    var latencyMs = 150
    var combine = Combine.mix
    static var options: [Option<Self>] {
      [
        Option("device", \.device, "Name of the sound device."),
        Option("latencyMs", \.latencyMs, 10...2000, unit: "ms", live: true, "Ceiling of the delay."),
        Option("combine", \.combine, live: true, "What is heard when several play."),
      ]
    }
  }
  static let type = "alsa.sink"
  static let summary = "A sound card."
  static let traits: NodeTraits = .soundDevice
  static func ports(for config: Config) -> [Port] {
    [
      .audioIn("audio", "What is heard."), .eventIn("volume", TinyVolume.self, "Sets the volume."),
      .eventOut("volumeState", TinyVolume.self, "The volume now."),
    ]
  }
  static func claims(of config: Config) -> [Claim] { [.device(config.device)] }
  static func choices() -> [String: [String]] { ["device": ["default", "null"]] }
}

/// Takes one stream at a time.
enum TinyWebStream: TinyType {
  struct Config: ListeningConfiguration {
    var listener = ListenerSettings(listen: PeerAddress(host: "0.0.0.0", port: 8090))
    var path = "/stream.wav"
    static var options: [Option<Self>] {
      listenerOptions(defaultPort: 8090) + [Option("path", \.path, "Where it plays.")]
    }
  }
  static let type = "http.stream"
  static let summary = "Plays to web listeners."
  static let traits: NodeTraits = .oneStream
  static func ports(for config: Config) -> [Port] {
    [.audioIn("audio", codecs: [.pcm, .mp3], "What is heard."), .eventIn("track", TinyTrack.self, "What it is.")]
  }
  static func claims(of config: Config) -> [Claim] { [.route(config.listener.listen, "GET \(config.path)")] }
}

/// Ports by options.
enum TinyDesk: TinyType {
  struct Input: Configuration, OptionValue {
    var gainDb = 0.0
    var priority = false
    static var options: [Option<Self>] {
      [
        Option("gainDb", \.gainDb, -60...20, unit: "dB", live: true, "Louder or softer."),
        Option("priority", \.priority, live: true, "Lowers the others."),
      ]
    }
  }
  struct Config: Configuration {
    var inputs = OptionMap<Input>()
    static var options: [Option<Self>] { [Option("inputs", \.inputs, "Inputs by name.")] }
  }
  static let type = "mixer"
  static let summary = "Makes one of many."
  static let traits: NodeTraits = .mixes
  static func ports(for config: Config) -> [Port] {
    let inputs = config.inputs.entries.map { Port.audioIn($0.name, "An input.") }
    return (inputs.isEmpty ? [.audioIn("audio", "All of them.")] : inputs) + [.audioOut("audio", "The sum.")]
  }
}

enum TinyMeter: TinyType {
  struct Config: Configuration {
    static var options: [Option<Self>] { [] }
  }
  static let type = "meter"
  static let summary = "Measures."
  static func ports(for config: Config) -> [Port] {
    [.audioIn("audio", "In."), .audioOut("audio", "The same."), .eventOut("levels", LevelsEvent.self, "How loud.")]
  }
}

/// Required options, and ones that may be left out.
enum TinyArchive: TinyType {
  struct Config: Configuration {
    var directory = ""
    var rotateSeconds = 10
    var rotateBytes: Int?
    var keep: [String] = []
    static var options: [Option<Self>] {
      [
        Option("directory", \.directory, required: true, "Where files go."),
        Option("rotateSeconds", \.rotateSeconds, 1...86_400, unit: "s", live: true, "Length of a file."),
        Option("rotateBytes", \.rotateBytes, 4096...4_294_967_296, unit: "bytes", "Size of a file."),
        Option("keep", \.keep, "Names that are never deleted."),
      ]
    }
    func check() -> [Problem] {
      guard let rotateBytes, rotateBytes % 4 != 0 else { return [] }
      return [Problem(path: "rotateBytes", message: "is no multiple of 4")]
    }
  }
  static let type = "wav.rotator"
  static let summary = "Writes files."
  static func ports(for config: Config) -> [Port] { [.audioIn("audio", "What is written.")] }
}

/// Takes any event, holds a secret.
enum TinyStore: TinyType {
  struct Config: Configuration {
    var url = "redis://127.0.0.1"
    var password: Secret?
    static var options: [Option<Self>] {
      [Option("url", \.url, "The server."), Option("password", \.password, "Its password.")]
    }
  }
  static let type = "redis.sink"
  static let summary = "Keeps events."
  static func ports(for config: Config) -> [Port] { [Port("events", .input, .anyEvent, help: "What is kept.")] }
}

/// Looks at the nodes it is linked with.
enum TinyPanel: TinyType {
  struct Config: Configuration {
    var base = 0
    static var options: [Option<Self>] { [Option("base", \.base, 0...100, "The first button.")] }
  }
  static let type = "panel.selector"
  static let summary = "Chooses."
  static func ports(for config: Config) -> [Port] {
    [.eventIn("presses", TinyVolume.self, "Buttons."), .eventOut("playback", TinyVolume.self, "What to play.")]
  }
  static func check(_ config: Config, linkedTo others: [LinkedNode]) -> [Problem] {
    others.compactMap { other in
      guard let theirs = other.config as? Config, theirs.base != config.base, other.own.direction == .input else {
        return nil
      }
      return .warning("base", "is \(config.base), but \(other.id) has \(theirs.base)")
    }
  }
}

extension Codec {
  fileprivate static let adpcm = Codec(rawValue: "ima-adpcm")
  fileprivate static let mp3 = Codec(rawValue: "mp3")
}

/// All of them.
func testTypes() throws(RegistrationError) -> Registrar {
  var registrar = Registrar()
  try registrar.add(TinyPhone.self)
  try registrar.add(TinyMicrophones.self)
  try registrar.add(TinyDecoder.self)
  try registrar.add(TinyForeign.self)
  try registrar.add(TinySpeaker.self)
  try registrar.add(TinyWebStream.self)
  try registrar.add(TinyDesk.self)
  try registrar.add(TinyMeter.self)
  try registrar.add(TinyArchive.self)
  try registrar.add(TinyStore.self)
  try registrar.add(TinyPanel.self)
  try registrar.add(TinyVolume.self)
  try registrar.add(TinyTrack.self)
  return registrar
}

/// One variable and two files.
let testSurroundings = Surroundings(
  variable: { ["TOKEN": "t0ken", "EMPTY": ""][$0] },
  file: { path throws(FileUnreadable) in
    switch path {
    case "secret.txt": return Array("from the file\r\n".utf8)
    case "empty.txt": return Array("\n".utf8)
    case "binary.bin": return [0xFF, 0xFE]
    default: throw FileUnreadable("No such file or directory")
    }
  })
