internal import Synchronization

/// A number that the control side sets and stages read with every packet. Any thread; never waits.
final class LiveNumber: Sendable {
  private let bits: Atomic<UInt32>
  init(_ value: Float) { bits = Atomic(value.bitPattern) }

  var value: Float { Float(bitPattern: bits.load(ordering: .relaxed)) }
  func set(_ value: Float) { bits.store(value.bitPattern, ordering: .relaxed) }
}
