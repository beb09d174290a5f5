import Glibc
import Support
import Testing

@testable import RouterCore

/// More of everything, for a night.
let isSoaking = unsafe getenv("SOAK") != nil

@Suite struct JitterControllerTests {
  static let hour = 3600.0

  static func uniform(_ spread: Double) -> JitterSimulation.Network {
    { _, _, random in Double.random(in: 0...spread, using: &random) }
  }

  /// Every 100 ms the air is taken for 20 to 40 ms; then everything comes at once.
  static let wireless: JitterSimulation.Network = { _, sent, _ in
    let busy = 0.02 + 0.02 * Double(Int(sent / 0.1) % 7) / 7
    let phase = sent.truncatingRemainder(dividingBy: 0.1)
    return phase < busy ? busy - phase : 0.001
  }

  static func stalls(every interval: Double, of length: Double) -> JitterSimulation.Network {
    { _, sent, _ in
      let phase = sent.truncatingRemainder(dividingBy: interval) - interval / 2
      return phase > 0 && phase < length ? length - phase : 0.002
    }
  }

  static func run(
    _ network: @escaping JitterSimulation.Network, ppm: Double, settings: JitterSettings = .init(),
    seconds: Double = hour, settled: Double = 10
  ) -> JitterSimulation.Outcome {
    var simulation = JitterSimulation()
    simulation.network = network
    simulation.senderPpm = ppm
    simulation.settings = settings
    return simulation.run(seconds: seconds, settled: settled)
  }

  @Test(arguments: [0.0, 100, -100, 250, -250])
  func `an hour of even packets from another clock: no slip, within 2 ms, 1 ms once engaged`(ppm: Double) {
    let outcome = Self.run({ _, _, _ in 0.002 }, ppm: ppm)
    #expect(outcome.underruns.isEmpty && outcome.trims.isEmpty)
    #expect(outcome.worst < 0.002)
    #expect(outcome.worstEngaged < 0.001)
    #expect(abs(outcome.lastLearned - ppm * 1e-6) < 1e-6)
    #expect(outcome.largestSpeed <= DriftLoop.drift + 1e-12)
  }

  @Test(arguments: [0.005, 0.020, 0.060], isSoaking ? [0.0, 100, -100, 200, -200] : [100, -100])
  func `an hour of irregular packets: no slip, within 2 ms, 1 ms once engaged`(spread: Double, ppm: Double) {
    let outcome = Self.run(Self.uniform(spread), ppm: ppm, settled: 30)
    #expect(outcome.underruns.isEmpty && outcome.trims.isEmpty)
    #expect(outcome.worst < 0.002)
    #expect(outcome.worstEngaged < 0.001)
    #expect(outcome.lastTarget < 0.036 + spread)
  }

  @Test(arguments: isSoaking ? [0.0, 100, -100] : [100])
  func `an hour of wireless bursts: no slip, within 2 ms, 1 ms once engaged`(ppm: Double) {
    let outcome = Self.run(Self.wireless, ppm: ppm)
    #expect(outcome.underruns.isEmpty && outcome.trims.isEmpty)
    #expect(outcome.worst < 0.002)
    #expect(outcome.worstEngaged < 0.001)
  }

  /// A machine that is busy: sender and reader are a little late as a rule, and one packet in a hundred up to `stall`.
  static func busy(ppm: Double, stall: Double, seed: UInt64, seconds: Double) -> JitterSimulation.Outcome {
    var simulation = JitterSimulation()
    simulation.seed = seed
    simulation.senderPpm = ppm
    simulation.network = { _, _, random in
      let usual = Double.random(in: 0...0.003, using: &random)
      return usual
        + (Double.random(in: 0...1, using: &random) < 0.01 ? Double.random(in: 0...stall, using: &random) : 0)
    }
    simulation.reader = { _, _, random in Double.random(in: 0...0.002, using: &random) }
    return simulation.run(seconds: seconds, settled: 30)
  }

  @Test(arguments: [100.0, -100, 200], isSoaking ? Array(0..<200) : Array(0..<10))
  func `stalls of a busy machine are not taken for drift, nor are the underruns they cause`(ppm: Double, seed: Int) {
    let first = Self.busy(ppm: ppm, stall: 0.05, seed: UInt64(seed), seconds: 25)
    #expect((ppm > 0 ? -first.slowestLearned : first.fastestLearned) < 25e-6)
    #expect(max(first.fastestLearned, -first.slowestLearned) < abs(ppm) * 1e-6 + 20e-6)
    let later = Self.busy(ppm: ppm, stall: 0.05, seed: UInt64(seed), seconds: 240)
    #expect(abs(later.lastLearned - ppm * 1e-6) < 8e-6)
    #expect(later.underruns.count <= 4 && later.underruns.allSatisfy { $0 < 60 })
    #expect(later.trims.isEmpty)
  }

  @Test(arguments: [0.004, 0.014, -0.014])
  func `a card that starts anew moves the delay and not the drift`(later: Double) {
    var simulation = JitterSimulation()
    simulation.senderPpm = 100
    simulation.network = { _, _, _ in 0.02 }
    simulation.reader = { _, due, _ in due < 22 ? max(0, -later) : max(0, later) }
    let outcome = simulation.run(seconds: 300, settled: 60)
    #expect(outcome.underruns.isEmpty && outcome.trims.isEmpty)
    #expect(outcome.fastestLearned < 105e-6 && outcome.slowestLearned > -5e-6)
    #expect(abs(outcome.lastLearned - 100e-6) < 2e-6)
  }

  @Test(arguments: [100.0, -100])
  func `a card that runs dry again and again while packets stall is not a clock that drifts`(ppm: Double) {
    var simulation = JitterSimulation()
    simulation.senderPpm = ppm
    simulation.cardRestarts = [6, 9, 14, 17, 20]
    simulation.cardPause = 0.012
    simulation.settings = JitterSettings(initial: .milliseconds(100))
    simulation.network = { _, sent, _ in sent.truncatingRemainder(dividingBy: 5) < 4.96 ? 0.002 : 0.04 }
    let outcome = simulation.run(seconds: 25, settled: 30)
    #expect(max(outcome.fastestLearned, -outcome.slowestLearned) < 110e-6)
    #expect(min(outcome.fastestLearned, -outcome.slowestLearned) < 5e-6)
  }

  @Test(arguments: [100.0, -100, 200, -200])
  func `drift is known after 25 s, and read at when the delay is back after a minute`(ppm: Double) {
    let first = Self.run({ _, _, _ in 0.002 }, ppm: ppm, seconds: 25)
    #expect(abs(first.lastLearned / (ppm * 1e-6) - 1) < 0.1)
    // Faster than the drift: the delay that came about before the correction engaged is taken back, within the limit.
    #expect(abs(first.lastSpeed) > abs(ppm) * 1e-6 && first.lastSpeed * ppm > 0)
    let minute = Self.run({ _, _, _ in 0.002 }, ppm: ppm, seconds: 59)
    #expect(abs(minute.lastSpeed - ppm * 1e-6) < 10e-6)
    #expect(minute.worstEngaged < 0.0005)
  }

  @Test func `a clean stream is never touched in its first minute, then the delay sinks below 40 ms`() {
    let first = Self.run({ _, _, _ in 0.002 }, ppm: 0, seconds: 60)
    #expect(first.correctedBlocks == 0)
    #expect(first.exactBlocks > 5_900)
    let later = Self.run({ _, _, _ in 0.002 }, ppm: 0, seconds: 600)
    #expect(later.lastDelay < 0.040)
    #expect(later.lastDelay > 0.030)
    let end = Self.run({ _, _, _ in 0.002 }, ppm: 0, seconds: 900)
    #expect(end.exactBlocks - later.exactBlocks == 30_000)
  }

  @Test(arguments: [0.0, 100, -100])
  func `a stall no delay can survive costs one underrun and one cut, and no delay afterwards`(ppm: Double) {
    let outcome = Self.run(Self.stalls(every: 120, of: 0.3), ppm: ppm)
    #expect(outcome.underruns.count == 30)
    #expect(outcome.trims.count == 30)
    #expect(outcome.largestTarget < 0.085)
    #expect(outcome.isPlaying)
  }

  @Test func `stalls that a larger delay survives are survived from the second on`() {
    let outcome = Self.run(
      Self.stalls(every: 60, of: 0.3), ppm: 50, settings: JitterSettings(ceiling: .milliseconds(600)))
    #expect(outcome.underruns.count <= 2)
    #expect(outcome.trims.isEmpty)
    #expect(outcome.largestTarget > 0.3 && outcome.largestTarget < 0.4)
  }

  @Test func `half a second in a heap at the start is cut once`() {
    let outcome = Self.run({ _, sent, _ in sent < 0.5 ? 0.5 - sent : 0.002 }, ppm: 0, seconds: 300)
    #expect(outcome.underruns.isEmpty)
    #expect(outcome.trims.count == 1)
    #expect(outcome.worst < 0.002)
  }

  @Test func `a tenth of a second in a heap at the start is caught up with by speed`() {
    let outcome = Self.run({ _, sent, _ in sent < 0.15 ? 0.15 - sent : 0.002 }, ppm: 0, seconds: 600)
    #expect(outcome.underruns.isEmpty && outcome.trims.isEmpty)
    #expect(outcome.largestSpeed > 0.01 && outcome.largestSpeed <= DriftLoop.catchUp + 1e-9)
    #expect(abs(outcome.lastDelay - outcome.lastTarget) < 0.001)
  }

  @Test func `a sender that pauses for a minute is heard as before`() {
    let outcome = Self.run({ _, sent, _ in sent > 30 ? 60 : 0.002 }, ppm: 0, seconds: 300)
    #expect(outcome.underruns.count == 1)
    #expect(outcome.largestTarget < 0.085)
    #expect(outcome.isPlaying)
  }

  @Test func `a first delay too small for the jitter is raised at the first underrun`() {
    let settings = JitterSettings(initial: .milliseconds(30))
    let outcome = Self.run(Self.stalls(every: 10, of: 0.08), ppm: 0, settings: settings, seconds: 600)
    #expect(outcome.underruns.count <= 2)
    #expect((outcome.underruns.last ?? 0) < 30)
    #expect(outcome.lastTarget > 0.09)
  }

  @Test(arguments: [(160, 480), (441, 441), (4800, 480), (960, 2048), (960, 4800), (1, 480)])
  func `any size of packet and period plays without a slip`(packet: Int, period: Int) {
    var simulation = JitterSimulation()
    simulation.packetFrames = packet
    simulation.periodFrames = period
    simulation.senderPpm = 60
    simulation.settings = JitterSettings(ceiling: .milliseconds(400))
    let outcome = simulation.run(seconds: packet == 1 ? 20 : 300)
    #expect(outcome.underruns.isEmpty && outcome.trims.isEmpty)
    #expect(outcome.isPlaying)
  }

  @Test func `random networks never leave it stuck, too slow or beyond its limits`() {
    for seed in 0..<UInt64(isSoaking ? 1_000 : 20) {
      var choice = SeededGenerator(seed: seed)
      let spread = Double.random(in: 0...0.1, using: &choice)
      let odds = Double.random(in: 0...0.01, using: &choice)
      var simulation = JitterSimulation()
      simulation.seed = seed
      simulation.senderPpm = Double.random(in: -300...300, using: &choice)
      simulation.network = { _, _, random in
        let stall = Double.random(in: 0...1, using: &random) < odds ? Double.random(in: 0...3, using: &random) : 0
        return stall + Double.random(in: 0...max(spread, 1e-9), using: &random)
      }
      let outcome = simulation.run(seconds: 120)
      #expect(outcome.largestTarget <= 0.2 + 1e-9, "seed \(seed)")
      #expect(outcome.largestSpeed <= DriftLoop.catchUp + 1e-9, "seed \(seed)")
      #expect(outcome.exactBlocks + outcome.correctedBlocks > 3_000, "seed \(seed)")
    }
  }
}
