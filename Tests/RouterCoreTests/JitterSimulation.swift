import RouterCore
import Support

@testable import RouterCore

/// A sender, a network and a reader with clocks of their own, around a ``JitterController``: time is only numbers.
struct JitterSimulation {
  /// Delay of the network for one packet, in seconds: number of the packet, time it was sent, random numbers.
  typealias Network = @Sendable (_ packet: Int, _ sent: Double, _ random: inout SeededGenerator) -> Double

  var sampleRate = 48_000
  var packetFrames = 960
  var periodFrames = 480
  /// How much faster than the reader's the sender's clock runs.
  var senderPpm = 0.0
  var settings = JitterSettings()
  var network: Network = { _, _, _ in 0 }
  /// How late the reader wakes for a block, in seconds; a block after a late one comes at once.
  var reader: Network = { _, _, _ in 0 }
  /// Times at which the reader's card runs dry for ``cardPause``, and says so.
  var cardRestarts: [Double] = []
  var cardPause = 0.0
  var seed: UInt64 = 1

  /// What came of it.
  struct Outcome {
    var underruns: [Double] = []
    var trims: [Double] = []
    /// Times at which the ratio was exactly 1 and not, in blocks.
    var exactBlocks = 0
    var correctedBlocks = 0
    /// Largest distance of the smoothed delay from the target, until ``settledAfter`` and from then on.
    var worst = 0.0
    var worstTime = 0.0
    var worstEngaged = 0.0
    var engagedSince: Double?
    var largestSpeed = 0.0
    var largestTarget = 0.0
    var lastTarget = 0.0
    var lastDelay = 0.0
    var lastLearned = 0.0
    var lastSpeed = 0.0
    /// The learned drift farthest from 0, in either direction.
    var slowestLearned = 0.0
    var fastestLearned = 0.0
    var isPlaying = false
  }

  /// - Parameters:
  ///   - seconds: Length, on the reader's clock.
  ///   - settled: From when on distances count.
  func run(seconds: Double, settled: Double = 10) -> Outcome {
    var random = SeededGenerator(seed: seed)
    var outcome = Outcome()
    var controller = JitterController(
      inputRate: sampleRate, outputRate: sampleRate, lead: 18, settings: settings, at: Instant(nanoseconds: 0))
    let packetSeconds = Double(packetFrames) / Double(sampleRate) / (1 + senderPpm * 1e-6)
    let periodSeconds = Double(periodFrames) / Double(sampleRate)
    var sent = 0
    var arrival = 0.0
    var written = 0
    var read = 0.0
    var nextArrival = packetSeconds + network(0, packetSeconds, &random)
    var now = 0.0
    var restarts = 0
    for block in 1...Int(seconds / periodSeconds) {
      if restarts < cardRestarts.count, now >= cardRestarts[restarts] {
        restarts += 1
        controller.readerRestarted()
      }
      let due = Double(block) * periodSeconds + Double(restarts) * cardPause
      now = max(now, due + reader(block, due, &random))
      while nextArrival <= now {
        arrival = max(arrival, nextArrival)
        written += packetFrames
        controller.arrived(
          Arrival(
            written: written, frames: packetFrames, instant: Instant(nanoseconds: Int64(arrival * 1e9)),
            restarts: false))
        sent += 1
        let due = Double(sent + 1) * packetSeconds
        nextArrival = max(arrival, due + network(sent, due, &random))
      }
      let look = JitterController.Look(
        consumed: Int(read), fill: written - Int(read), frames: periodFrames,
        now: Instant(nanoseconds: Int64(now * 1e9)), isFinished: false)
      var wanted = 0.0
      switch controller.plan(look) {
      case .wait: break
      case .clear: read = Double(written)
      case .start(let silence, let skip):
        if skip > 0 { outcome.trims.append(now) }
        read += Double(skip)
        wanted = Double(periodFrames - silence + 18)
      case .play(let ratio, let trim):
        wanted = Double(periodFrames) * ratio
        if trim > 0 {
          read += Double(trim)
          controller.trimmed(frames: trim)
          outcome.trims.append(now)
        }
        if ratio == 1 { outcome.exactBlocks += 1 } else { outcome.correctedBlocks += 1 }
        outcome.largestSpeed = max(outcome.largestSpeed, abs(ratio - 1))
      }
      if read + wanted > Double(written) {
        read = Double(written)
        controller.ranDry()
        outcome.underruns.append(now)
      } else {
        read += wanted
      }
      note(controller, now, settled, &outcome)
    }
    return outcome
  }

  private func note(_ controller: JitterController, _ now: Double, _ settled: Double, _ outcome: inout Outcome) {
    let loop = controller.loop
    outcome.isPlaying = controller.isPlaying
    outcome.lastTarget = controller.target
    outcome.lastDelay = loop.delay
    outcome.lastLearned = loop.learned
    outcome.lastSpeed = loop.speed
    outcome.slowestLearned = min(outcome.slowestLearned, loop.learned)
    outcome.fastestLearned = max(outcome.fastestLearned, loop.learned)
    outcome.largestTarget = max(outcome.largestTarget, controller.target)
    guard controller.isPlaying, now > settled, loop.age > 3.1 else { return }
    let distance = abs(loop.delay - controller.target)
    if distance > outcome.worst {
      outcome.worst = distance
      outcome.worstTime = now
    }
    if loop.isEngaged {
      let since = outcome.engagedSince ?? now
      outcome.engagedSince = since
      if now > since + 30 { outcome.worstEngaged = max(outcome.worstEngaged, distance) }
    } else {
      outcome.engagedSince = nil
    }
  }
}
