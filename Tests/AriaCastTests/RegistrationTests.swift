import Testing

@testable import AriaCast
@testable import RouterCore

@Suite struct RegistrationTests {
  static func registrar() throws -> Registrar {
    var registrar = Registrar()
    try AriaCastPlugin.register(with: &registrar)
    return registrar
  }

  @Test func `the plugin brings its node types once`() throws {
    var registrar = try Self.registrar()
    let names = [
      "ariacast.receiver", "http.stream", "mp3.encoder", "alsa.sink", "ariacast.dashboard", "alsa.source",
      "avahi.advertiser", "ariacast.sender",
    ]
    #expect(registrar.types.map(\.name) == names)
    #expect(throws: RegistrationError.duplicateType("ariacast.receiver")) {
      try AriaCastPlugin.register(with: &registrar)
    }
  }

  @Test func `every type and option says what it is`() throws {
    for type in try Self.registrar().types {
      #expect(type.summary.hasSuffix("."))
      for option in type.options { #expect(option.help.count > 10, "\(type.name).\(option.name)") }
      for port in type.defaultPorts { #expect(port.help.count > 10, "\(type.name).\(port.name)") }
    }
  }

  @Test func `the defaults are the well-known ports, paths and formats`() throws {
    let types = try Self.registrar()
    func value(_ type: String, _ option: String) -> JSON? {
      types.type(type)?.options.first { $0.name == option }?.defaultValue
    }
    #expect(value("ariacast.receiver", "listen") == "0.0.0.0:12889")
    #expect(value("ariacast.receiver", "discovery") == "0.0.0.0:12888")
    #expect(value("ariacast.receiver", "takeOver") == "idle")
    #expect(value("http.stream", "listen") == "0.0.0.0:8090")
    #expect(value("http.stream", "path") == "/stream.wav")
    #expect(value("http.stream", "sampleRate") == 48_000)
    #expect(value("http.stream", "channels") == 2)
  }

  @Test func `main ports come first and claims name the route`() {
    #expect(
      AriacastReceiver.ports(for: .init()).map(\.name) == [
        "audio", "metadata", "transport", "volume", "service", "control",
      ])
    #expect(HTTPStream.ports(for: .init()).map(\.name) == ["audio", "metadata"])
    #expect(HTTPStream.traits.contains(.oneStream))
    let wildcard = PeerAddress(host: "0.0.0.0", port: 12_889)
    #expect(AriacastReceiver.claims(of: .init()).contains(.route(wildcard, "GET /audio")))
    #expect(
      HTTPStream.claims(of: .init()) == [.route(PeerAddress(host: "0.0.0.0", port: 8_090), "GET /stream.wav")])
  }

  @Test(
    arguments: [
      ("takeOver", "newest", true), ("takeOver", "always", false), ("discovery", false, true),
      ("discovery", "127.0.0.1:0", true), ("discovery", true, false), ("discovery", "somewhere", false),
      ("name", "Küche", true), ("name", 5, false), ("speaker", "x", false),
      ("maxVolume", 80, true), ("maxVolume", 0, false), ("artworkHosts", ["i.scdn.co", "*.example.org"], true),
      ("artworkHosts", "i.scdn.co", false),
    ] as [(String, JSON, Bool)])
  func `receiver options are read or refused`(option: String, value: JSON, isRight: Bool) {
    let members = [JSON.Member(option, value)]
    let (_, problems) = AriacastReceiver.Config.decode(members, over: .init(), in: .none)
    #expect(problems.isEmpty == isRight)
  }

  @Test(
    arguments: [
      ("bufferSeconds", 0.5, true), ("bufferSeconds", 0.05, false), ("maxListeners", 0, false), ("channels", 9, false),
      ("sampleRate", 44_100, true), ("sampleRate", 7_999, false), ("whenFull", "disconnect", true),
      ("whenFull", "wait", false), ("path", "/a.wav", true), ("path", "a.wav", false), ("container", "mp3", true),
      ("container", "ogg", true), ("container", "flac", false), ("name", "Küche", true),
    ] as [(String, JSON, Bool)])
  func `stream options are read or refused`(option: String, value: JSON, isRight: Bool) {
    let members = [JSON.Member(option, value)]
    let (_, problems) = HTTPStream.Config.decode(members, over: .init(), in: .none)
    #expect(problems.isEmpty == isRight)
  }
}
