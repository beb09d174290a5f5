import Glibc
import RouterCore
import Testing

@testable import AriaCast

/// The decisions of a card's thread, on a clock moved by hand.
@Suite struct PlaybackPacingTests {
  static let format = CardFormat(
    sampleRate: 48_000, channels: 2, encoding: .int16, periodFrames: 480, bufferFrames: 1920)
  static let start = Instant(nanoseconds: 1_000_000_000_000)

  func pacing(isRealtime: Bool = true) -> PlaybackPacing {
    PlaybackPacing(format: Self.format, isRealtime: isRealtime, at: Self.start)
  }

  /// Fills and starts the card.
  func running(isRealtime: Bool = true) -> PlaybackPacing {
    var pacing = pacing(isRealtime: isRealtime)
    var queued = 0
    while pacing.queued(queued, at: Self.start) == .write {
      queued += 480
      pacing.wrote(isHeard: true, at: Self.start)
    }
    return pacing
  }

  @Test func `the card is filled to two periods and then started`() {
    var pacing = pacing()
    #expect(pacing.queued(0, at: Self.start) == .write)
    #expect(pacing.queued(480, at: Self.start) == .write)
    #expect(pacing.queued(960, at: Self.start) == .start)
    #expect(pacing.wakeUpRoom == 1440)
  }

  @Test func `without real-time priority a third period is kept`() {
    #expect(pacing(isRealtime: false).target == 1440)
    #expect(pacing(isRealtime: false).wakeUpRoom == 960)
  }

  @Test func `a target never exceeds the buffer of the card`() {
    var small = Self.format
    small.bufferFrames = 960
    var pacing = PlaybackPacing(format: small, isRealtime: false, at: Self.start)
    #expect(pacing.target == 960)
    _ = pacing.failed(EPIPE, at: Self.start)
    #expect(pacing.target == 960)
  }

  @Test func `a period is written as soon as it fits and not before`() {
    var pacing = running()
    #expect(pacing.queued(481, at: Self.start) == .wait)
    #expect(pacing.queued(480, at: Self.start) == .write)
  }

  @Test(arguments: [-100.0, 0, 100])
  func `periods are measured by the card's clock, whatever beat the thread wakes on`(ppm: Double) {
    var pacing = running()
    var written = 960
    var times: [Int64] = []
    // Woken every 2.5 ms of the machine's clock: the card's periods slip through that beat.
    for tick in 1...40_000 {
      let now = Self.start + .microseconds(2500 * tick)
      let played = Int(Double(tick) * 120 * (1 + ppm * 1e-6))
      while pacing.queued(written - played, at: now) == .write {
        times.append(pacing.mixTime.nanoseconds)
        written += 480
        pacing.wrote(isHeard: true, at: now)
      }
    }
    let period = 10_000_000 / (1 + ppm * 1e-6)
    let worst = times.enumerated().map { abs(Double($1 - times[0]) - Double($0) * period) }.max() ?? .infinity
    #expect(times.count > 9_900 && worst < 45_000, "a frame and a half of \(worst) ns")
  }

  @Test func `running dry is counted and answered with one more period`() {
    var pacing = running()
    #expect(pacing.failed(EPIPE, at: Self.start) == .recover(EPIPE))
    pacing.recovered()
    #expect(pacing.underruns == 1)
    #expect(pacing.target == 1440)
    for queued in [0, 480, 960] {
      #expect(pacing.queued(queued, at: Self.start) == .write)
      pacing.wrote(isHeard: true, at: Self.start)
    }
    #expect(pacing.queued(1440, at: Self.start) == .start)
  }

  @Test func `the extra period goes after five quiet minutes`() {
    var pacing = running()
    _ = pacing.failed(EPIPE, at: Self.start)
    pacing.wrote(isHeard: true, at: Self.start + .seconds(299))
    #expect(pacing.target == 1440)
    pacing.wrote(isHeard: true, at: Self.start + .seconds(300))
    #expect(pacing.target == 960)
    pacing.wrote(isHeard: true, at: Self.start + .seconds(900))
    #expect(pacing.target == 960)
  }

  @Test func `a machine that slept is no underrun`() {
    var pacing = running()
    #expect(pacing.failed(ESTRPIPE, at: Self.start) == .recover(ESTRPIPE))
    #expect(pacing.underruns == 0)
    #expect(pacing.target == 960)
  }

  @Test(arguments: [ENODEV, EBADFD, EIO, ENOTTY])
  func `any other error is the loss of the card`(code: Int32) {
    var pacing = running()
    #expect(pacing.failed(code, at: Self.start) == .fail(.failed(code)))
  }

  @Test func `a card that runs dry again and again is given up`() {
    var pacing = running()
    for _ in 0..<PlaybackPacing.recoveriesInARow {
      #expect(pacing.failed(EPIPE, at: Self.start) == .recover(EPIPE))
      pacing.recovered()
      pacing.wrote(isHeard: true, at: Self.start)
    }
    #expect(pacing.failed(EPIPE, at: Self.start) == .fail(.unstable))
  }

  @Test func `a hundred good periods forgive earlier underruns`() {
    var pacing = running()
    for _ in 0..<3 * PlaybackPacing.recoveriesInARow {
      #expect(pacing.failed(EPIPE, at: Self.start) == .recover(EPIPE))
      pacing.recovered()
      for _ in 0..<100 { pacing.wrote(isHeard: true, at: Self.start) }
    }
  }

  @Test func `two seconds without progress and without an error are the loss of the card`() {
    var pacing = running()
    #expect(pacing.queued(900, at: Self.start + .milliseconds(1999)) == .wait)
    #expect(pacing.queued(900, at: Self.start + .seconds(2)) == .fail(.stalled))
    #expect(pacing.failed(EAGAIN, at: Self.start + .seconds(2)) == .fail(.stalled))
  }

  @Test func `a process that was stopped for long writes on if there is room`() {
    var pacing = running()
    #expect(pacing.queued(0, at: Self.start + .seconds(20)) == .write)
  }

  @Test func `a card that wakes us for nothing does not make us spin`() {
    var pacing = running()
    #expect(pacing.queued(900, at: Self.start) == .wait)
    pacing.waited(hasRoom: true)
    pacing.waited(hasRoom: true)
    #expect(pacing.queued(900, at: Self.start) == .nap)
    pacing.wrote(isHeard: true, at: Self.start)
    #expect(pacing.queued(900, at: Self.start) == .wait)
  }

  @Test func `after thirty silent seconds the card rests until somebody has sound`() {
    var pacing = running()
    let silent = Self.start + .milliseconds(29_999)
    pacing.wrote(isHeard: false, at: silent)
    #expect(pacing.queued(900, at: silent) == .wait)
    #expect(pacing.queued(900, at: Self.start + .seconds(30)) == .park)
    #expect(pacing.isParked)
    #expect(pacing.queued(0, at: Self.start + .seconds(31)) == .rest)
    let woken = Self.start + .seconds(3600)
    pacing.woken(at: woken)
    #expect(pacing.queued(0, at: woken) == .write)
    #expect(pacing.queued(960, at: woken) == .start)
    #expect(pacing.queued(900, at: woken + .seconds(1)) == .wait)
  }

  @Test func `sound keeps the card running`() {
    var pacing = running()
    for second in 1...600 {
      let now = Self.start + .seconds(second)
      pacing.wrote(isHeard: second % 29 == 0, at: now)
      #expect(pacing.queued(900, at: now) == .wait)
    }
  }

  @Test func `a device that swallows everything at once is paced by the clock of the machine`() {
    var pacing = pacing()
    var periods = 0
    for millisecond in 0..<10_000 {
      let now = Self.start + .milliseconds(millisecond)
      while pacing.queued(0, at: now) == .write {
        pacing.wrote(isHeard: true, at: now)
        periods += 1
      }
    }
    #expect((1000...1024).contains(periods))
  }

  @Test func `a card that was empty for a moment keeps its own clock`() {
    var pacing = running()
    for _ in 0..<PlaybackPacing.looksAtADevice { #expect(pacing.queued(0, at: Self.start) == .write) }
    #expect(pacing.queued(480, at: Self.start) == .write)
    #expect(pacing.queued(0, at: Self.start) == .write)
  }
}
