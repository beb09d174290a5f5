/// Decides how fast a stream is read so that its delay stays where it should: three regimes.
///
/// * In the dead band the ratio is exactly 1 and samples pass bit for bit.
/// * An error above 1 ms for 10 s, above 1.6 ms for 1 s, or a target that moves, engages the correction: up to 300 ppm.
///   It lets go when nothing is left to correct for a minute.
/// * More than 20 ms too much delay is caught up with at up to 2 % more.
///
/// Delay and drift are estimated together by an observer of second order, 0.01 Hz and critically damped, slower when
/// packets come irregularly. It knows what the loop itself does, so that a correction is neither smoothed nor mistaken
/// for drift, and a speed at its limit winds nothing up. A pure value: all in seconds, time passed in.
struct DriftLoop: Sendable {
  /// Largest correction of a drift.
  static let drift = 300e-6
  /// Largest correction of a delay far over the target.
  static let catchUp = 0.02
  /// How far over the target the delay must be for that.
  static let far = 0.020
  /// A delay that moves so far at once, or twice the noise, says nothing about clocks: a card ran dry, a sender paused.
  static let jump = 0.003
  /// Seconds before anything is known about the noise.
  static let first = 3.0
  private static let together = 0.1

  private static let omega = 2 * Double.pi * 0.01
  private static let proportional = 2 * omega

  /// Estimated delay.
  private(set) var delay = 0.0
  /// Estimated drift of the clocks, as a ratio less one.
  private(set) var learned = 0.0
  /// Seconds since playing began.
  private(set) var age = 0.0
  private(set) var isEngaged = false
  /// The speed it last chose, as a ratio less one.
  private(set) var speed = 0.0

  private var errors = EstimateError()
  private var astray = 0.0
  private var over = 0.0
  private var farOver = 0.0
  private var quiet = 0.0

  /// Playing begins (again): the delay is unknown, the drift is still the same.
  mutating func restart() {
    age = 0
    over = 0
    farOver = 0
    quiet = 0
    speed = isEngaged ? learned : 0
    estimateAnew()
  }

  /// The delay was changed by other means, by about so much.
  mutating func shift(by seconds: Double) {
    delay += seconds
    errors.forgetDelay()
  }

  /// The delay was changed by nobody knows how much.
  mutating func forgetDelay() { errors.forgetDelay() }

  /// Speed that is left for moving the target beside the drift, as a part of 1.
  func spare(faster: Bool) -> Double { max(0, Self.drift - 20e-6 - (faster ? learned : -learned)) }

  /// One look at the queue.
  ///
  /// - Parameters:
  ///   - measured: Delay now.
  ///   - target: Delay it should have.
  ///   - moving: By how much the target moves, in seconds per second.
  ///   - noise: Spread of the measurement; more is smoothed longer.
  ///   - seconds: Time since the last look.
  /// - Returns: Ratio to read at.
  mutating func step(measured: Double, target: Double, moving: Double, noise: Double, seconds: Double) -> Double {
    observe(measured, noise, seconds)
    let error = delay - target
    engage(error, moving, seconds)
    speed = isEngaged ? correction(error, moving) : 0
    return 1 + speed
  }

  private mutating func estimateAnew() {
    errors.forgetDelay()
    astray = 0
  }

  private mutating func observe(_ measured: Double, _ noise: Double, _ seconds: Double) {
    age += seconds
    delay += (learned - speed) * seconds
    let innovation = measured - delay
    let isUsual = abs(innovation) <= max(Self.jump, min(2 * noise, 1))
    astray = isUsual ? 0 : astray + seconds
    if astray > 0.2 { estimateAnew() }
    let omega = Self.omega * min(1, max(0.4, 0.012 / max(noise, 1e-6)))
    errors.grow(seconds: seconds)
    let gain = errors.measured(variance: variance(noise, seconds))
    delay += max(gain.delay, 2 * omega * seconds) * innovation
    if isUsual { learned += max(gain.drift, omega * omega * seconds) * innovation }
    learned = min(max(learned, -Self.drift), Self.drift)
  }

  /// Of one look: late packets come in groups, so that looks within ``together`` count as one.
  private func variance(_ noise: Double, _ seconds: Double) -> Double {
    let spread = max(noise / 2, age < Self.first ? 0.02 : 0.003)
    return spread * spread * max(1, Self.together / max(seconds, 1e-6))
  }

  /// Engages and lets go.
  private mutating func engage(_ error: Double, _ moving: Double, _ seconds: Double) {
    over = abs(error) > 0.001 ? over + seconds : 0
    farOver = abs(error) > 0.0016 ? farOver + seconds : 0
    let isStill = abs(error) < 0.0005 && abs(learned) < 3e-6 && moving == 0
    quiet = isStill ? quiet + seconds : 0
    if age < 1 { return }
    if over >= 10 || (farOver >= 1 && age > 5) || moving != 0 || error > Self.far {
      isEngaged = true
    } else if quiet >= 60 {
      isEngaged = false
    }
  }

  private func correction(_ error: Double, _ moving: Double) -> Double {
    if error > Self.far { return min(Self.catchUp, Self.drift + (error - Self.far) * 0.5) }
    let wanted = Self.proportional * error + learned - moving
    return min(max(wanted, -Self.drift), Self.drift)
  }
}
