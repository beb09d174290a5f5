internal import Glibc

/// How a percentage meets the steps of a card's own volume control.
///
/// Where the control tells its loudness in decibels the scale is that of desktop mixers (`amixer -M`): the third power of
/// the percentage, stretched so that 0 is the control's softest step and 100 its loudest; a control that spans 24 dB or
/// less goes in even decibels. Without decibels it goes in even steps.
struct MixerScale: Equatable {
  /// The control's steps.
  var steps: ClosedRange<Int>
  /// Hundredths of a decibel at both ends; nil if the control does not tell.
  var decibels: ClosedRange<Int>?

  /// What alsa-lib gives for "no sound at all".
  private static let mute = -9_999_999
  private static let evenSpan = 2400

  /// A place on the scale.
  enum Place: Equatable {
    case step(Int)
    /// Hundredths of a decibel.
    case decibels(Int)
  }

  func place(ofPercent percent: Double) -> Place {
    let share = min(1, max(0, percent / 100))
    guard let decibels, decibels.lowerBound < decibels.upperBound else {
      return .step(steps.lowerBound + Int((share * Double(steps.count - 1)).rounded()))
    }
    if share == 0 { return .step(steps.lowerBound) }
    let (low, high) = (Double(decibels.lowerBound), Double(decibels.upperBound))
    if isEven { return .decibels(Int((low + share * (high - low)).rounded())) }
    let root = softest + share * (1 - softest)
    return .decibels(Int((high + 6000 * log10(root)).rounded()))
  }

  func percent(of place: Place) -> Double {
    switch place {
    case .step(let step):
      return steps.count > 1 ? 100 * Double(step - steps.lowerBound) / Double(steps.count - 1) : 100
    case .decibels(let value):
      guard let decibels, decibels.lowerBound < decibels.upperBound else { return 100 }
      let (low, high) = (Double(decibels.lowerBound), Double(decibels.upperBound))
      let share = isEven ? (Double(value) - low) / (high - low) : (root(of: Double(value)) - softest) / (1 - softest)
      return 100 * min(1, max(0, share))
    }
  }

  private var isEven: Bool {
    guard let decibels else { return true }
    return decibels.lowerBound > Self.mute && decibels.upperBound - decibels.lowerBound <= Self.evenSpan
  }

  /// The third root of the amplitude, relative to the loudest step.
  private func root(of value: Double) -> Double { pow(10, (value - Double(decibels?.upperBound ?? 0)) / 6000) }

  private var softest: Double {
    guard let low = decibels?.lowerBound, low > Self.mute else { return 0 }
    return root(of: Double(low))
  }
}
