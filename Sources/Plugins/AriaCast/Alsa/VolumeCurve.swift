internal import Glibc
internal import RouterCore

/// How loud a percentage sounds.
///
/// The amplitude is the third power of the percentage, as desktop mixers have it: 50 % is 18 dB below full, 25 % is 36 dB
/// below, 10 % is 60 dB below. Equal steps sound about equal; 0 is silence and 100 leaves every sample as it is.
enum VolumeCurve {
  /// What samples are multiplied by, 0 to 1.
  static func gain(of volume: VolumeEvent) -> Float {
    guard !volume.isMuted, volume.percent > 0 else { return 0 }
    let share = min(1, volume.percent / 100)
    return Float(share * share * share)
  }
}
