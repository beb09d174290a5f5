import RouterCore

extension [AddressRange] {
  /// Whether a peer may connect. - Parameter host: As the kernel gives it; a zone (`%eth0`) is ignored.
  func contains(_ host: String) -> Bool {
    guard let address = IPAddress(String(host.prefix { $0 != "%" })) else { return false }
    return contains { $0.contains(address) }
  }
}
