internal import Synchronization

/// What a tone plays now: set by the control side, read with every block. Any thread; never waits.
final class ToneSettings: Sendable {
  private let frequencyBits: Atomic<UInt64>
  private let amplitudeBits: Atomic<UInt32>
  private let waveformIndex: Atomic<Int>

  init(_ config: Tone.Config) {
    frequencyBits = Atomic(config.frequencyHz.bitPattern)
    amplitudeBits = Atomic(ToneSettings.amplitude(config).bitPattern)
    waveformIndex = Atomic(ToneSettings.index(config))
  }

  func set(_ config: Tone.Config) {
    frequencyBits.store(config.frequencyHz.bitPattern, ordering: .relaxed)
    amplitudeBits.store(ToneSettings.amplitude(config).bitPattern, ordering: .relaxed)
    waveformIndex.store(ToneSettings.index(config), ordering: .relaxed)
  }

  var frequencyHz: Double { Double(bitPattern: frequencyBits.load(ordering: .relaxed)) }
  /// Peak, 0 to 1.
  var amplitude: Float { Float(bitPattern: amplitudeBits.load(ordering: .relaxed)) }
  var waveform: Tone.Waveform { ToneSettings.waveforms[waveformIndex.load(ordering: .relaxed)] }

  private static let waveforms = Tone.Waveform.allCases
  private static func index(_ config: Tone.Config) -> Int { waveforms.firstIndex(of: config.waveform) ?? 0 }
  private static func amplitude(_ config: Tone.Config) -> Float {
    config.waveform == .silence ? 0 : Float(RouterCore.amplitude(decibels: config.levelDb))
  }
}
