/// `host:port` as an option. The host is numeric; left out it is 0.0.0.0, and `localhost` is 127.0.0.1.
extension PeerAddress: OptionValue {
  public static var schema: JSON {
    ["anyOf": [["type": "string"], ["type": "integer", "minimum": 0, "maximum": 65535]]]
  }
  public static var typeName: String { "host:port" }

  public init(json: JSON) throws(Mismatch) { self = try Self.read(json, over: nil, in: .none) }

  /// Takes `"127.0.0.1:80"`, `"[::1]:80"`, `":80"`, `"80"`, `80`, and a host alone where there is a default port.
  public static func read(_ json: JSON, over current: Self?, in surroundings: Surroundings) throws(Mismatch) -> Self {
    if let port = json.int, (0...65535).contains(port) { return PeerAddress(host: "0.0.0.0", port: port) }
    guard let text = json.text else { throw wanted(nil) }
    if let port = PeerAddress.port(text) { return PeerAddress(host: "0.0.0.0", port: port) }
    if let current, !text.contains(":") || text.hasSuffix("]"), let host = PeerAddress.host(text) {
      return PeerAddress(host: host, port: current.port)
    }
    guard let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") else { throw wanted(text) }
    let name = String(text[..<colon])
    guard let port = PeerAddress.port(String(text[text.index(after: colon)...])) else {
      throw Mismatch("\"host:port\" with a port of 0 to 65535")
    }
    if name.isEmpty { return PeerAddress(host: "0.0.0.0", port: port) }
    guard !name.contains(":") || name.hasPrefix("["), let host = PeerAddress.host(name) else { throw wanted(name) }
    return PeerAddress(host: host, port: port)
  }

  public var json: JSON { .string(description) }

  /// - Parameter host: The host as written.
  private static func wanted(_ host: String?) -> Mismatch {
    guard let host, host.contains(where: { $0.isLetter }), !host.contains(":") else {
      return Mismatch(
        "\"host:port\"", hint: host?.contains(":") == true ? "an IPv6 address stands in brackets: \"[::1]:80\"" : nil)
    }
    return Mismatch("\"host:port\"", hint: "the host is a numeric address of this machine")
  }

  private static func port(_ text: String) -> Int? {
    guard let port = JSONPointer.index(text), !text.isEmpty, port <= 65535 else { return nil }
    return port
  }

  private static func host(_ text: String) -> String? {
    if text == "localhost" { return "127.0.0.1" }
    if text.hasPrefix("["), text.hasSuffix("]") {
      guard let address = IPAddress(String(text.dropFirst().dropLast())), text.contains(":") else { return nil }
      return address.description
    }
    return IPAddress(text)?.description
  }
}

extension PeerAddress {
  /// Whether two sockets bound to these addresses would be in each other's way. Port 0 never is.
  func overlaps(_ other: PeerAddress) -> Bool {
    guard port == other.port, port != 0 else { return false }
    return host == other.host || isWildcard || other.isWildcard
  }

  var isWildcard: Bool { host == "0.0.0.0" || host == "::" }
}
