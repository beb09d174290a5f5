import RouterCore

/// The option `discovery`: a UDP address, or false.
struct DiscoveryAddress: OptionValue {
  /// Where requests are awaited; nil answers none.
  var address: PeerAddress?

  /// Every address, on the port senders broadcast to.
  static let usual = DiscoveryAddress(address: PeerAddress(host: "0.0.0.0", port: 12_888))

  static var schema: JSON {
    ["anyOf": [["type": "string", "pattern": #"^[0-9.]+:[0-9]+$"#], ["const": false]]]
  }
  static var typeName: String { "\"host:port\" or false" }

  init(address: PeerAddress?) { self.address = address }

  init(json: JSON) throws(Mismatch) {
    if json.flag == false {
      address = nil
      return
    }
    guard let text = json.text, let address = DiscoveryAddress.parse(text) else {
      throw Mismatch(
        "an IPv4 address and a UDP port (\"0.0.0.0:12888\"), or false",
        hint: "broadcasts only reach a socket bound to 0.0.0.0")
    }
    self.address = address
  }

  var json: JSON { address.map { .string($0.description) } ?? false }

  private static func parse(_ text: String) -> PeerAddress? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, DiscoveryResponder.isIPv4(String(parts[0])), let port = UInt16(parts[1]) else { return nil }
    return PeerAddress(host: String(parts[0]), port: Int(port))
  }
}

extension TakeOver.Policy: OptionValue {}
