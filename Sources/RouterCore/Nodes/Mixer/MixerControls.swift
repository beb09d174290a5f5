/// What a mixer's options say now: set by the control side, read with every block. Any thread; never waits.
final class MixerControls: Sendable {
  /// The controls of one input.
  final class Input: Sendable {
    let name: String
    /// Factor.
    let gain: LiveNumber
    /// Decibels by which it lowers the others; negative without priority.
    let duckDb: LiveNumber

    init(_ name: String, _ input: MixerInput) {
      self.name = name
      gain = LiveNumber(Input.gain(input))
      duckDb = LiveNumber(Input.duck(input))
    }

    func set(_ input: MixerInput) {
      gain.set(Input.gain(input))
      duckDb.set(Input.duck(input))
    }

    private static func gain(_ input: MixerInput) -> Float { Float(amplitude(decibels: input.gainDb)) }
    private static func duck(_ input: MixerInput) -> Float { input.priority ? Float(input.duckDb) : -1 }
  }

  let inputs: [Input]
  /// RMS.
  let threshold: LiveNumber
  /// Seconds.
  let attack: LiveNumber
  let hold: LiveNumber
  let release: LiveNumber

  init(_ config: Mixer.Config) {
    inputs = config.effectiveInputs.map { Input($0.name, $0.value) }
    threshold = LiveNumber(0)
    attack = LiveNumber(0)
    hold = LiveNumber(0)
    release = LiveNumber(0)
    set(config)
  }

  /// Takes changed options; inputs with other names are another mixer.
  func set(_ config: Mixer.Config) {
    for input in config.effectiveInputs { inputs.first { $0.name == input.name }?.set(input.value) }
    threshold.set(Float(amplitude(decibels: config.thresholdDb)))
    attack.set(Float(config.attackMs) / 1000)
    hold.set(Float(config.holdMs) / 1000)
    release.set(Float(config.releaseMs) / 1000)
  }
}
