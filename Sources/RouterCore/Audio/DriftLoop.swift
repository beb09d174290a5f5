internal import Glibc

/// Decides how fast a stream is read so that its delay stays where it should: three regimes.
///
/// * In the dead band the ratio is exactly 1 and samples pass bit for bit.
/// * A smoothed error above 1 ms for 10 s, above 1.6 ms for 1 s, or a target that moves, engages a second-order loop of
///   0.01 Hz, critically damped, up to 300 ppm. It lets go when nothing is left to correct for a minute.
/// * More than 20 ms too much delay is caught up with at up to 2 % more.
///
/// A pure value: all in seconds, time passed in.
struct DriftLoop: Sendable {
  /// Largest correction of a drift.
  static let drift = 300e-6
  /// Largest correction of a delay far over the target.
  static let catchUp = 0.02
  /// How far over the target the delay must be for that.
  static let far = 0.020

  private static let omega = 2 * Double.pi * 0.01
  private static let proportional = 2 * omega
  private static let integral = omega * omega

  /// Smoothed delay. What the loop itself does to the delay is taken off at once, so that smoothing is no lag in it.
  private(set) var delay = 0.0
  /// Seconds since playing began.
  private(set) var age = 0.0
  private(set) var isEngaged = false
  /// The drift it has learned, as a ratio less one.
  private(set) var learned = 0.0
  /// The speed it last chose, as a ratio less one.
  private(set) var speed = 0.0

  private var looks = 0.0
  private var over = 0.0
  private var farOver = 0.0
  private var quiet = 0.0

  /// Playing begins (again): the delay is unknown, the drift is still the same.
  mutating func restart() {
    age = 0
    looks = 0
    over = 0
    farOver = 0
    quiet = 0
    speed = isEngaged ? learned : 0
  }

  /// The delay was changed by other means.
  mutating func shift(by seconds: Double) { delay += seconds }

  /// One look at the queue.
  ///
  /// - Parameters:
  ///   - measured: Delay now.
  ///   - target: Delay it should have, and by how much that moves, in seconds per second.
  ///   - noise: Spread of the measurement; more is smoothed longer.
  ///   - seconds: Time since the last look.
  /// - Returns: Ratio to read at.
  mutating func step(
    measured: Double, target: Double, moving: Double, noise: Double, seconds: Double
  ) -> Double {
    smooth(measured, noise, seconds)
    let error = delay - target
    watch(error, moving, seconds)
    if !isEngaged {
      speed = 0
      return 1
    }
    speed = correction(error, moving, seconds)
    return 1 + speed
  }

  private mutating func smooth(_ measured: Double, _ noise: Double, _ seconds: Double) {
    age += seconds
    looks += 1
    let constant = min(4, max(1, noise * 100))
    let share = max(1 / looks, 1 - exp(-seconds / constant))
    delay -= speed * seconds
    delay += (measured - delay) * share
  }

  /// Engages and lets go.
  private mutating func watch(_ error: Double, _ moving: Double, _ seconds: Double) {
    over = abs(error) > 0.001 ? over + seconds : 0
    farOver = abs(error) > 0.0016 ? farOver + seconds : 0
    let still = abs(error) < 0.0005 && abs(learned) < 3e-6 && moving == 0
    quiet = still ? quiet + seconds : 0
    if age < 1 { return }
    if over >= 10 || farOver >= 1 && age > 5 || moving != 0 || error > Self.far {
      isEngaged = true
    } else if quiet >= 60 {
      isEngaged = false
      learned = 0
    }
  }

  private mutating func correction(_ error: Double, _ moving: Double, _ seconds: Double) -> Double {
    let wanted = Self.proportional * error + learned - moving
    if error > Self.far { return min(Self.catchUp, Self.drift + (error - Self.far) * 0.5) }
    let limited = min(max(wanted, -Self.drift), Self.drift)
    if limited == wanted || wanted * error < 0 {
      learned += Self.integral * error * seconds
      learned = min(max(learned, -Self.drift), Self.drift)
    }
    return limited
  }
}
