import RouterCore

/// What stands in a live body where nobody sends: zeros for PCM, frames that carry nothing for MP3.
///
/// Silence is owed in PCM frames and paid in bytes; MP3 is paid in whole frames, and what is less than one stays owed.
/// Pure; allocates nothing once made.
struct LiveSilence {
  /// One for PCM; for MP3 one frame per bit rate.
  private let units: [[UInt8]]
  /// PCM frames in a unit.
  private let unitFrames: Int
  private let isDivisible: Bool
  private var unit = 0
  private var owed = 0

  /// 20 ms of zeros, or any part of it.
  static func pcm(_ format: StreamFormat) -> LiveSilence {
    let frames = max(1, format.sampleRate / 50)
    let zeros = [UInt8](repeating: 0, count: frames * format.bytesPerFrame)
    return LiveSilence(units: [zeros], unitFrames: frames, isDivisible: true)
  }

  /// Silent frames, of 128 kbit/s until there is something to imitate: a steady rate fills a player's buffer in time.
  static func mp3(_ format: StreamFormat) -> LiveSilence {
    let frames = MP3FrameHeader.bitrates.map {
      MP3FrameHeader(bitrateKbps: $0, sampleRate: format.sampleRate, channels: format.channels).silentFrame
    }
    var silence = LiveSilence(units: frames, unitFrames: MP3FrameHeader.samples, isDivisible: false)
    silence.imitate(bitrateKbps: 128)
    return silence
  }

  private init(units: [[UInt8]], unitFrames: Int, isDivisible: Bool) {
    self.units = units
    self.unitFrames = unitFrames
    self.isDivisible = isDivisible
  }

  /// One unit.
  var bytes: [UInt8] { units[unit] }

  /// From now on MP3 silence has this bit rate.
  mutating func imitate(bitrateKbps: Int) {
    if isDivisible { return }
    for index in 0..<units.count where MP3FrameHeader.bitrates[index] == bitrateKbps { unit = index }
  }

  /// So many frames are to be filled.
  mutating func owe(_ frames: Int) { owed += max(0, frames) }

  /// How much of ``bytes`` to write next; nil when what is owed is paid.
  mutating func next() -> Int? {
    let frames = min(owed, unitFrames)
    guard frames == unitFrames || isDivisible && frames > 0 else { return nil }
    owed -= frames
    return isDivisible ? frames * (units[unit].count / unitFrames) : units[unit].count
  }
}
