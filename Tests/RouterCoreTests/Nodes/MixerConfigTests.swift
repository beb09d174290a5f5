import Support
import Testing

@testable import RouterCore

@Suite struct MixerConfigTests {
  /// What a mixer's options become, and what is wrong with them.
  private func read(_ options: JSON) -> (config: Mixer.Config, problems: [String]) {
    let (config, problems) = Mixer.Config.decode(options)
    return (config, problems.map { "\($0.path): \($0.message)" })
  }

  @Test func `inputs are read in their order, with defaults, and are ports`() {
    let (config, problems) = read(["inputs": ["voice": ["priority": true, "duckDb": 20], "music": [:]]])
    #expect(problems.isEmpty)
    #expect(config.inputs.entries.map(\.name) == ["voice", "music"])
    #expect(config.inputs.entries.map(\.value.priority) == [true, false])
    #expect(config.inputs.entries.map(\.value.duckDb) == [20, 12])
    #expect(Mixer.ports(for: config).map(\.name) == ["voice", "music", "audio"])
    #expect(Mixer.ports(for: config).map(\.direction) == [.input, .input, .output])
    #expect(Mixer.ports(for: Mixer.Config()).map(\.name) == ["audio", "audio"])
  }

  @Test func `every wrong value is said with its place`() {
    let wrong: JSON = ["inputs": ["music": ["gainDb": 41, "duckDb": -1, "gain": 1], "a b": [:]], "holdMs": -1]
    #expect(
      read(wrong).problems == [
        "inputs.music.gainDb: expected -120 to 40 dB, found 41", "inputs.music.duckDb: expected 0 to 120 dB, found -1",
        "inputs.music.gain: unknown key", "inputs.\"a b\": bad name", "holdMs: expected 0 to 60000 ms, found -1",
      ])
  }

  @Test func `priority everywhere is worth a warning`() {
    let everywhere = Mixer.Config.decode(["inputs": ["a": ["priority": true]]]).1
    #expect(everywhere.map(\.severity) == [.warning])
    #expect(read(["inputs": ["a": ["priority": true], "b": [:]]]).problems.isEmpty)
  }

  @Test func `the built-in types are registered once, with ports and options in words`() throws {
    var registrar = Registrar()
    try BuiltinNodes.register(with: &registrar)
    #expect(
      registrar.types.map(\.name) == [
        "tone", "gain", "mixer", "resample", "delay", "meter", "null", "event.log",
      ])
    for type in registrar.types {
      #expect(type.summary.hasSuffix("."))
      #expect(type.options.allSatisfy { $0.help.hasSuffix(".") })
      #expect(!type.defaultPorts.isEmpty)
    }
    #expect(throws: RegistrationError.self) { try BuiltinNodes.register(with: &registrar) }
  }
}

@Suite struct DuckerTests {
  @Test func `attack and release take their time whatever the depth, and end exactly at unity`() {
    for depth in [Float(3), 12, 40] {
      var ducker = Ducker()
      for _ in 0..<10 { ducker.advance(toward: depth, seconds: 0.02, attack: 0.2, release: 1) }
      #expect(abs(ducker.reductionDb - depth) < 1e-4)
      for _ in 0..<25 { ducker.advance(toward: 0, seconds: 0.02, attack: 0.2, release: 1) }
      #expect(abs(ducker.reductionDb - depth / 2) < 1e-3)
      for _ in 0..<26 { ducker.advance(toward: 0, seconds: 0.02, attack: 0.2, release: 1) }
      #expect(ducker.reductionDb == 0)
      #expect(ducker.factor == 1)
    }
  }

  @Test func `no attack and no release are at once`() {
    var ducker = Ducker()
    ducker.advance(toward: 12, seconds: 0.02, attack: 0, release: 0)
    #expect(ducker.reductionDb == 12)
    ducker.advance(toward: 0, seconds: 0.02, attack: 0, release: 0)
    #expect(ducker.reductionDb == 0)
  }

  @Test func `a pause shorter than the hold is not heard as one`() {
    var presence = Presence()
    func hears(_ rms: Float) -> Bool { presence.hears(rms, threshold: 0.01, hold: 0.1, seconds: 0.02) }
    #expect(!hears(0.009))
    #expect(hears(0.01))
    for _ in 0..<5 { #expect(hears(0)) }
    #expect(!hears(0))
    #expect(hears(1))
  }
}
