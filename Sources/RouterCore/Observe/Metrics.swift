internal import Synchronization

/// What a metric's number means.
public enum MetricKind: String, Sendable { case counter, gauge }

/// One number that anybody may read and its owner writes. Any thread, also the data path: one relaxed atomic.
public final class Metric: Sendable {
  private let value = Atomic<Int>(0)
  init() {}

  @inline(__always) public func add(_ amount: Int = 1) { value.add(amount, ordering: .relaxed) }
  @inline(__always) public func set(_ new: Int) { value.store(new, ordering: .relaxed) }
  public var current: Int { value.load(ordering: .relaxed) }
}

/// All metrics of the process, as Prometheus reads them. Control side.
///
/// The label set is fixed: `node`, and one further label per metric out of `MetricLabel`.
public final class MetricRegistry: Sendable {
  struct Key: Hashable { var name: String, label: MetricLabel?, value: String }
  struct Family { var kind: MetricKind, help: String, scale: Double }
  /// Metrics by node, as they are read and forgotten.
  struct Contents { var families: [String: Family] = [:], metrics: [String: [Key: Metric]] = [:] }
  let contents = PthreadLock(Contents())

  public init() {}

  /// The metric of that name and those labels; made on first use.
  /// - Parameter scale: What the stored whole number is multiplied by when printed (0.001 for milli-units).
  public func metric(
    _ name: String, _ kind: MetricKind, help: String, node: String, label: MetricLabel? = nil, value: String = "",
    scale: Double = 1
  ) -> Metric {
    contents.withLock { contents in
      contents.families[name] = contents.families[name] ?? Family(kind: kind, help: help, scale: scale)
      let key = Key(name: name, label: label, value: value)
      if let known = contents.metrics[node]?[key] { return known }
      let new = Metric()
      contents.metrics[node, default: [:]][key] = new
      return new
    }
  }

  /// A node has another id: its counts go on under that.
  public func rename(node old: String, to new: String) {
    contents.withLock { contents in
      guard let moved = contents.metrics.removeValue(forKey: old) else { return }
      contents.metrics[new, default: [:]].merge(moved) { _, moved in moved }
    }
  }

  /// Forgets what belongs to a node that is gone.
  public func remove(node: String) {
    contents.withLock { $0.metrics[node] = nil }
  }
}

/// The labels a metric may carry beside `node`.
public enum MetricLabel: String, Sendable, CaseIterable { case reason, listener, link, loop }

/// The metrics of one node.
public struct NodeMetrics: Sendable {
  let registry: MetricRegistry
  let node: NodeID
  public init(registry: MetricRegistry, node: NodeID) {
    self.registry = registry
    self.node = node
  }

  public func counter(_ name: String, _ help: String, reason: String? = nil) -> Metric {
    registry.metric(
      name, .counter, help: help, node: node, label: reason == nil ? nil : .reason, value: reason ?? "")
  }

  public func gauge(_ name: String, _ help: String, scale: Double = 1) -> Metric {
    registry.metric(name, .gauge, help: help, node: node, scale: scale)
  }
}
