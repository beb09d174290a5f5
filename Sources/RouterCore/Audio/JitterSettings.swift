/// How a voice's jitter buffer behaves. All are limits; in between the buffer adapts.
public struct JitterSettings: Sendable, Equatable {
  /// Delay the buffer starts with, before it has seen how packets arrive; above ``ceiling`` it counts as the ceiling.
  public var initial: Duration
  /// Largest delay the buffer may choose; a backlog beyond it is trimmed. 20 ms to 10 s.
  public var ceiling: Duration
  /// Smallest delay the buffer may choose; one period and one packet are added by themselves.
  public var floor: Duration

  public init(
    initial: Duration = .milliseconds(60), ceiling: Duration = .milliseconds(200), floor: Duration = .zero
  ) {
    self.initial = initial
    self.ceiling = ceiling
    self.floor = floor
  }
}
