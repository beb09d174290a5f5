import RouterCore

/// A change of volume that somebody asks for.
enum VolumeWish: Equatable {
  case get
  /// 0 to 100; what is outside is taken for the nearer end.
  case set(Double)
  /// Percent up or down.
  case step(Double)
  /// nil: the other way round than now.
  case mute(Bool?)
}

/// How loud a receiver is asked to play, in percent on a perceptual scale. Pure.
///
/// The speaker turns percent into gain, and ramps.
struct ReceiverVolume: Equatable {
  /// Percent of one step up or down.
  static let step = 5.0
  /// Of a receiver nobody has turned yet.
  static let initial = 100.0

  /// 0 to ``maximum``.
  private(set) var percent: Double
  private(set) var isMuted: Bool
  /// Loudest percent there is, 1 to 100.
  private(set) var maximum: Double

  init(percent: Double = ReceiverVolume.initial, isMuted: Bool = false, maximum: Double = 100) {
    self.maximum = maximum
    self.isMuted = isMuted
    self.percent = min(max(0, percent), maximum)
  }

  /// - Parameter remembered: What ``json`` was at the last run; anything else counts as nothing.
  init(remembered: JSON?, maximum: Double) {
    self.init(
      percent: remembered?["percent"]?.double ?? ReceiverVolume.initial,
      isMuted: remembered?["isMuted"]?.flag ?? false, maximum: maximum)
  }

  /// It may not be louder than that from now on.
  /// - Returns: whether it was.
  mutating func limit(to maximum: Double) -> Bool {
    self.maximum = maximum
    let isLouder = percent > maximum
    percent = min(percent, maximum)
    return isLouder
  }

  /// Whole percent, as AriaCast counts.
  var level: Int { Int(percent.rounded()) }
  var event: VolumeEvent { VolumeEvent(percent: percent, isMuted: isMuted) }
  var json: JSON { ["percent": .number(percent), "isMuted": .bool(isMuted)] }

  /// - Returns: whether something changed.
  mutating func apply(_ wish: VolumeWish) -> Bool {
    let before = self
    switch wish {
    case .get: break
    case .set(let value):
      percent = min(max(0, value), maximum)
      isMuted = false
    case .step(let by):
      percent = min(max(0, percent + by), maximum)
      isMuted = false
    case .mute(let wanted): isMuted = wanted ?? !isMuted
    }
    return self != before
  }
}
