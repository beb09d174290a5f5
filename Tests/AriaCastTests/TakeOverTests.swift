import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct TakeOverTests {
  static let start = Instant(nanoseconds: 5_000_000_000)

  static func holder(_ session: UInt64, _ host: String) -> TakeOver.Holder { .init(session: session, host: host) }

  /// One row: policy, same address, how long the first has been quiet, and whether the second gets in.
  struct Row: Sendable {
    var policy: TakeOver.Policy
    var isSameHost: Bool
    var quietMs: Int
    var isLetIn: Bool
  }

  @Test(arguments: [
    Row(policy: .idle, isSameHost: false, quietMs: 0, isLetIn: false),
    Row(policy: .idle, isSameHost: false, quietMs: 2_999, isLetIn: false),
    Row(policy: .idle, isSameHost: false, quietMs: 3_000, isLetIn: true),
    Row(policy: .idle, isSameHost: true, quietMs: 0, isLetIn: true),
    Row(policy: .newest, isSameHost: false, quietMs: 0, isLetIn: true),
    Row(policy: .never, isSameHost: true, quietMs: 100_000, isLetIn: false),
  ])
  func `a second sender is let in by the rules`(row: Row) {
    var state = TakeOver(policy: row.policy)
    let first = state.arrive(Self.holder(1, "a"), at: Self.start, lastFrame: Self.start)
    #expect(first == .accept(replacing: nil))
    let now = Self.start + .milliseconds(row.quietMs)
    let second = Self.holder(2, row.isSameHost ? "a" : "b")
    let decision = state.arrive(second, at: now, lastFrame: Self.start)
    #expect(decision == (row.isLetIn ? .accept(replacing: 1) : .refuse))
    #expect(state.holder?.session == (row.isLetIn ? 2 : 1))
  }

  @Test func `a receiver is free again when its sender left, not when one left that was replaced`() {
    var state = TakeOver(policy: .newest)
    _ = state.arrive(Self.holder(1, "a"), at: Self.start, lastFrame: Self.start)
    _ = state.arrive(Self.holder(2, "b"), at: Self.start, lastFrame: Self.start)
    state.leave(1)
    #expect(state.holder?.session == 2)
    state.leave(2)
    #expect(state.holder == nil)
    let third = state.arrive(Self.holder(3, "c"), at: Self.start, lastFrame: Self.start)
    #expect(third == .accept(replacing: nil))
  }

  @Test(arguments: TakeOver.Policy.allCases)
  func `at any moment one sender holds, and it changes only by the rules`(policy: TakeOver.Policy) {
    var random = SeededGenerator(seed: 7)
    var state = TakeOver(policy: policy)
    var now = Self.start
    var lastFrame = now
    for session in 1...UInt64(Effort.times(20_000)) {
      now = now + .milliseconds(Int.random(in: 0...1_500, using: &random))
      let before = state.holder
      switch Int.random(in: 0..<4, using: &random) {
      case 0: lastFrame = now
      case 1:
        let gone = session - min(session, UInt64.random(in: 0...5, using: &random))
        state.leave(gone)
        #expect(state.holder == (before?.session == gone ? nil : before))
      default:
        let newcomer = Self.holder(session, ["a", "b", "c"].randomElement(using: &random) ?? "a")
        let decision = state.arrive(newcomer, at: now, lastFrame: lastFrame)
        check(decision, before, newcomer, policy, quiet: now - lastFrame)
        #expect(state.holder == (decision == .refuse ? before : newcomer))
        if decision != .refuse { lastFrame = now }
      }
    }
  }

  private func check(
    _ decision: TakeOver.Decision, _ before: TakeOver.Holder?, _ newcomer: TakeOver.Holder, _ policy: TakeOver.Policy,
    quiet: Duration
  ) {
    guard let before else {
      #expect(decision == .accept(replacing: nil))
      return
    }
    let mayTake = policy == .newest || policy == .idle && (before.host == newcomer.host || quiet >= .seconds(3))
    #expect(decision == (mayTake ? .accept(replacing: before.session) : .refuse))
  }
}
