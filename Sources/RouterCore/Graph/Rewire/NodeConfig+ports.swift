extension NodeConfig {
  /// Whether every port that was there and is still there carries what it did. A live option may bring ports and take
  /// them away, as the mixer's `inputs` do; what passes a port does not change while it passes.
  func keepsPorts(of old: NodeConfig) -> Bool {
    old.ports.allSatisfy { port in
      ports.first { $0.name == port.name && $0.direction == port.direction }.map { $0 == port } ?? true
    }
  }
}
