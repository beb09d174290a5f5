/// Which missing frames a stage was told of: by `gap`, by the next packet's header, or by both.
public struct GapLedger {
  private var told = 0

  public init() {}

  /// `gap` told of these.
  public mutating func tell(_ frames: Int) { told += frames }

  /// The frames a packet's header says are missing beyond those that ``tell(_:)`` knows; begins anew.
  public mutating func untold(before packet: Packet) -> Int {
    defer { told = 0 }
    return max(0, packet.missing - told)
  }
}
