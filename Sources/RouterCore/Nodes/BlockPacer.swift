/// Calls for sound on a loop, block by block on an absolute schedule, until there is nothing to play to.
///
/// Allocates only when the loop was so late that its timer lost the phase.
package final class BlockPacer: Sendable {
  /// Makes block `number`, counted from 0; false ends the calls. Data thread.
  package typealias Block = @Sendable (_ number: UInt64, _ loop: isolated Loop) -> Bool

  private struct Schedule {
    var clock: BlockClock
    var timer: TimerID?
  }
  private let schedule: OnLoop<Schedule>
  private let block: Block

  /// Begins at once. The loop's timer keeps the pacer alive until `block` answers false.
  package static func start(_ clock: BlockClock, on loop: isolated Loop, block: @escaping Block) {
    BlockPacer(clock, loop, block).setTimer(on: loop)
  }

  private init(_ clock: BlockClock, _ loop: Loop, _ block: @escaping Block) {
    schedule = OnLoop(Schedule(clock: clock), on: loop)
    self.block = block
  }

  private func setTimer(on loop: isolated Loop) {
    let clock = schedule.with(loop) { $0.clock }
    let timer = loop.schedule(at: clock.instant(of: clock.next), every: clock.interval) { self.tick(on: $0) }
    schedule.with(loop) { $0.timer = timer }
  }

  private func cancelTimer(on loop: isolated Loop) {
    if let timer = schedule.with(loop, { $0.timer }) { loop.cancel(timer) }
  }

  private func tick(on loop: isolated Loop) {
    let now = loop.time.now
    let due = schedule.with(loop) { $0.clock.take(at: now) }
    var number = due.lowerBound
    while number < due.upperBound {
      if !block(UInt64(number), loop) { return cancelTimer(on: loop) }
      number += 1
    }
    // Late ticks are not repeated by the loop, and its timer goes on from where it was: take up the schedule again.
    if due.count != 1 {
      cancelTimer(on: loop)
      setTimer(on: loop)
    }
  }
}
