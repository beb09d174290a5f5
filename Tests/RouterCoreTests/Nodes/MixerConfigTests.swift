import Support
import Testing

@testable import RouterCore

@Suite struct MixerConfigTests {
  private func problems(_ inputs: JSON) -> [String] {
    Mixer.Config.decode(["inputs": inputs]).1.map { "\($0.path): \($0.message)" }
  }

  @Test func `inputs are read in their order, with defaults`() throws {
    let inputs = try MixerInputs(json: ["voice": ["priority": true, "duckDb": 20], "music": [:]])
    #expect(inputs.all.map(\.name) == ["voice", "music"])
    #expect(inputs.all.map(\.priority) == [true, false])
    #expect(inputs.all.map(\.duckDb) == [20, 12])
    #expect(try MixerInputs(json: inputs.json) == inputs)
  }

  @Test func `each input is a port, without any there is the port audio`() {
    var config = Mixer.Config()
    #expect(Mixer.ports(for: config).map(\.name) == ["audio", "audio"])
    config.inputs = MixerInputs([MixerInput(name: "music"), MixerInput(name: "voice")])
    #expect(Mixer.ports(for: config).map(\.name) == ["music", "voice", "audio"])
    #expect(Mixer.ports(for: config).map(\.direction) == [.input, .input, .output])
  }

  @Test func `what is wrong is said with its name`() {
    #expect(problems([1]) == ["inputs: expected an object, found a list"])
    #expect(
      problems(["Music": [:], "": [:], "a b": [:]]) == [
        "inputs.Music: bad name", "inputs.\"\": bad name", "inputs.\"a b\": bad name",
      ])
    #expect(
      problems(["music": 1, "voice": ["gain": 1, "gainDb": 41, "duckDb": -1, "priority": 1]]) == [
        "inputs.music: expected an object, found 1", "inputs.voice.gain: unknown key",
        "inputs.voice.gainDb: expected -120 to 40 dB, found 41", "inputs.voice.duckDb: expected 0 to 120 dB, found -1",
        "inputs.voice.priority: expected true or false, found 1",
      ])
    #expect(
      problems(.object((0..<65).map { JSON.Member("n\($0)", [:]) })) == [
        "inputs: expected at most 64 inputs, found an object"
      ])
  }

  @Test func `priority everywhere is worth a warning`() {
    var config = Mixer.Config()
    var input = MixerInput(name: "a")
    input.priority = true
    config.inputs = MixerInputs([input])
    #expect(config.check().map(\.severity) == [.warning])
    config.inputs = MixerInputs([input, MixerInput(name: "b")])
    #expect(config.check().isEmpty)
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
