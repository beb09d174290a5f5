public import RouterCore

/// One source of data and how sure it is: each list of a server is fresh, stale or absent on its own.
public struct Reading<Value: Sendable & Equatable>: Sendable, Equatable {
  public enum State: String, Sendable {
    /// Answered in this look.
    case fresh
    /// This look failed; the value is that of an earlier one.
    case stale
    /// Never read, not offered by the server, or not asked for because nobody uses it; the value is empty.
    case absent
  }

  public var state: State
  public var value: Value
  /// When the value's answer came, on the monotonic clock; nil while absent.
  public var at: Instant?
  /// The same for people.
  public var time: WallTime?
  /// Why it is stale or absent, for people; nil if there is nothing to say.
  public var problem: String?

  public static func fresh(_ value: Value, at: Instant, time: WallTime) -> Reading {
    Reading(state: .fresh, value: value, at: at, time: time, problem: nil)
  }

  public static func absent(_ empty: Value, _ problem: String? = nil) -> Reading {
    Reading(state: .absent, value: empty, at: nil, time: nil, problem: problem)
  }

  /// The same value after a look that failed.
  public func failed(_ problem: String) -> Reading {
    var old = self
    old.state = at == nil ? .absent : .stale
    old.problem = problem
    return old
  }

  /// `{"data":"fresh|stale|absent","time":time?,"problem":text?}`
  public var facts: [JSON.Member] {
    var members: [JSON.Member] = [.init("data", .string(state.rawValue))]
    if let time { members.append(.init("time", .string(time.iso8601))) }
    if let problem { members.append(.init("problem", .string(problem))) }
    return members
  }
}
