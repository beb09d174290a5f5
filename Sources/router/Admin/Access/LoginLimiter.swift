import RouterCore

/// Slows down who guesses tokens: ten wrong tries of one address at once, then one every six seconds. Pure.
struct LoginLimiter {
  static let burst = 10
  static let refill = Duration.seconds(6)
  /// Many addresses cannot make the table grow without end.
  static let addressesAtMost = 4096

  /// When an address will have all its tries again.
  private var fullAt: [String: Instant] = [:]

  var count: Int { fullAt.count }

  /// - Returns: nil if the address may try now, else how long it has to wait.
  func pause(for host: String, at now: Instant) -> Duration? {
    guard let full = fullAt[Self.key(host)] else { return nil }
    let left = (full - now) - (Self.refill * (Self.burst - 1))
    return left > .zero ? left : nil
  }

  mutating func failed(_ host: String, at now: Instant) {
    if fullAt.count >= Self.addressesAtMost { fullAt = fullAt.filter { $0.value > now } }
    if fullAt.count >= Self.addressesAtMost { fullAt.removeAll() }
    let key = Self.key(host)
    fullAt[key] = max(fullAt[key] ?? now, now) + Self.refill
  }

  mutating func succeeded(_ host: String) { fullAt[Self.key(host)] = nil }

  /// One household of IPv6 is one address: its first four groups.
  private static func key(_ host: String) -> String {
    guard host.contains(":"), let address = IPAddress(host) else { return host }
    return address.bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
  }
}
