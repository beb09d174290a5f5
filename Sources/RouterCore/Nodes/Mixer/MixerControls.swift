/// What a mixer's options say now: set by the control side, read with every block. Numbers: any thread, never waiting.
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

  private let inputs: PthreadLock<[Input]>
  /// RMS.
  let threshold: LiveNumber
  /// Seconds.
  let attack: LiveNumber
  let hold: LiveNumber
  let release: LiveNumber

  init(_ config: Mixer.Config) {
    inputs = PthreadLock(config.effectiveInputs.map { Input($0.name, $0.value) })
    threshold = LiveNumber(0)
    attack = LiveNumber(0)
    hold = LiveNumber(0)
    release = LiveNumber(0)
    set(config)
  }

  /// The controls of an input; one that is not there yet, because its stream comes before its options, is made. Control
  /// side.
  func input(_ name: String) -> Input {
    inputs.withLock { inputs in
      if let known = inputs.first(where: { $0.name == name }) { return known }
      let new = Input(name, MixerInput())
      inputs.append(new)
      return new
    }
  }

  func has(_ input: Input) -> Bool { inputs.withLock { $0.contains { $0 === input } } }

  /// Takes changed options; inputs that are not named any more are forgotten. Control side.
  func set(_ config: Mixer.Config) {
    let named = config.effectiveInputs
    for entry in named { input(entry.name).set(entry.value) }
    inputs.withLock { inputs in inputs.removeAll { input in !named.contains { $0.name == input.name } } }
    threshold.set(Float(amplitude(decibels: config.thresholdDb)))
    attack.set(Float(config.attackMs) / 1000)
    hold.set(Float(config.holdMs) / 1000)
    release.set(Float(config.releaseMs) / 1000)
  }
}
