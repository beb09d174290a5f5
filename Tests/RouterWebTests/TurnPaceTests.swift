import Glibc
import RouterCore
import Testing

@testable import RouterWeb

@Suite struct TurnPaceTests {
  private static let start = Instant(nanoseconds: 5_000_000_000)

  /// Looks at even distances, each of which finds one event or more, for as long as given.
  private static func look(
    _ pace: inout TurnPace, from now: inout Instant, every distance: Duration, for time: Duration, found: Int = 1,
    of watched: Int = 100
  ) {
    let end = now + time
    while now < end {
      now = now + distance
      pace.looked(found: found, of: watched, at: now)
    }
  }

  @Test func `a crowd that keeps the loop busy makes it rest, until the crowd is calm`() {
    var pace = TurnPace(at: Self.start)
    var now = Self.start
    Self.look(&pace, from: &now, every: .microseconds(200), for: .milliseconds(100))
    #expect(pace.isResting)
    #expect(pace.nextLook(from: now) == now + .milliseconds(1))
    Self.look(&pace, from: &now, every: .milliseconds(1), for: .seconds(1), found: 5)
    #expect(pace.isResting)
    Self.look(&pace, from: &now, every: .milliseconds(1), for: .milliseconds(100), found: 1)
    #expect(!pace.isResting)
  }

  @Test(arguments: [
    (Duration.milliseconds(2), 100), (.microseconds(20), TurnPace.crowd - 1), (.microseconds(520), 100),
  ])
  func `few senders and busy dialogues are looked at as they come`(distance: Duration, watched: Int) {
    var pace = TurnPace(at: Self.start)
    var now = Self.start
    Self.look(&pace, from: &now, every: distance, for: .seconds(1), of: watched)
    #expect(!pace.isResting)
  }

  @Test func `looks are a millisecond apart, however long the work between them takes`() {
    var pace = TurnPace(at: Self.start)
    pace.looked(found: 9, of: 100, at: Self.start + .milliseconds(1))
    #expect(pace.nextLook(from: Self.start + .microseconds(1_300)) == Self.start + .milliseconds(2))
    #expect(pace.nextLook(from: Self.start + .microseconds(2_300)) == Self.start + .microseconds(2_300))
    // A rest that a wake ended early does not add up.
    pace.looked(found: 0, of: 100, at: Self.start + .milliseconds(3))
    #expect(pace.nextLook(from: Self.start + .milliseconds(1)) == Self.start + .milliseconds(2))
  }

  @Test func `a loop that only fires timers does not rest`() {
    var pace = TurnPace(at: Self.start)
    var now = Self.start
    Self.look(&pace, from: &now, every: .microseconds(100), for: .seconds(1), found: 0)
    #expect(!pace.isResting)
  }

  @Test func `a loop whose crowd has gone stops resting`() {
    var pace = TurnPace(at: Self.start)
    var now = Self.start
    Self.look(&pace, from: &now, every: .microseconds(200), for: .milliseconds(100))
    now = now + .seconds(60)
    pace.looked(found: 1, of: 100, at: now)
    #expect(!pace.isResting)
  }
}

@Suite struct AlarmClockTests {
  private static func isReady(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
    var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&polled, 1, milliseconds) == 1
  }

  @Test func `it rings at the earliest deadline it was set to`() throws {
    var alarm = try AlarmClock()
    let now = Instant.now()
    alarm.set(to: now + .seconds(3_600), from: now)
    #expect(!Self.isReady(alarm.descriptor, within: 0))
    alarm.set(to: now + .milliseconds(1), from: now)
    alarm.set(to: now + .seconds(3_600), from: now)
    #expect(Self.isReady(alarm.descriptor, within: 10_000))
    #expect(Instant.now() - now >= .milliseconds(1))
  }

  @Test func `after it rang it can be set again`() throws {
    var alarm = try AlarmClock()
    for _ in 0..<3 {
      let now = Instant.now()
      alarm.set(to: now + .microseconds(100), from: now)
      #expect(Self.isReady(alarm.descriptor, within: 10_000))
      alarm.rang()
      let later = Instant.now()
      alarm.set(to: later + .seconds(3_600), from: later)
      #expect(!Self.isReady(alarm.descriptor, within: 0))
      alarm.rang()
    }
  }
}
