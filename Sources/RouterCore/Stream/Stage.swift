/// What a packet's receiver asks of its source.
public enum Verdict: Sendable, Equatable {
  /// Send on.
  case go
  /// Something downstream is nearly full: pause after this packet if the source can.
  case pause
  /// End the stream; the reason goes to the peer and the log.
  case close(StreamEnd)

  /// The stronger of two: close, then pause, then go.
  @inlinable public func joined(with other: Verdict) -> Verdict {
    switch (self, other) {
    case (.close, _): self
    case (_, .close): other
    case (.pause, _): self
    default: other
    }
  }
}

/// Why a stream ended. A fixed set, so that metrics and protocols can name it.
public enum StreamEnd: String, Sendable, CaseIterable {
  /// The sender said goodbye.
  case closed
  /// The connection broke without a goodbye.
  case lost
  /// Somebody else took the place.
  case superseded
  /// The sender broke the protocol.
  case invalid
  /// The router or the node is stopping.
  case stopping
  /// A person or the API disconnected it.
  case disconnected
}

/// What one node does to one stream.
///
/// All state of the stream at that node lives here. A stage knows nothing of wires: it receives a loan and hands loans
/// to `next`. It never allocates, locks, logs, awaits or blocks; it counts in atomics. Not Sendable on purpose: it is
/// confined to the loop that drives its stream. Data thread.
public protocol Stage: AnyObject {
  /// Takes one packet; whatever it needs later it copies.
  /// - Returns: `next`'s verdict joined with its own.
  func receive(_ packet: Packet, _ next: Branch) -> Verdict

  /// `frames` frames of the stream never arrived. Stages that keep time fill them; others pass the word on.
  func gap(frames: Int, _ next: Branch)

  /// The last call: the stream is over, or the stage is being replaced. Flushes its tail into `next`.
  func finish(_ end: StreamEnd, _ next: Branch)
}

extension Stage {
  public func gap(frames: Int, _ next: Branch) { next.sendGap(frames: frames) }
  public func finish(_ end: StreamEnd, _ next: Branch) {}
}
