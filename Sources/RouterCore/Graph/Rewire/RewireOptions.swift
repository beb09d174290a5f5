/// What a rewire may do.
public struct RewireOptions: Sendable {
  /// How long a replaced stage and its successor sound together, 0 to 20 ms.
  public var crossfade = Duration.milliseconds(5)
  /// The successor of a running node may wait.
  public var isForced = false
  /// For the `prepare` of one node.
  public var deadline = Duration.seconds(5)

  public init() {}
}
