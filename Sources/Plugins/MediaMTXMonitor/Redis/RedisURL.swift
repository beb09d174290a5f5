public import RouterCore

/// Where a Redis server is, who asks, and which of its databases: `rediss://user@host:6379/0`. Pure.
public struct RedisURL: Sendable, Equatable {
  /// A name, IPv4, or IPv6 without brackets.
  public var host: String
  public var port: Int
  /// By TLS.
  public var isSecure: Bool
  public var user: String?
  /// 0 unless said.
  public var database: Int
  /// As it was written.
  private let text: String

  /// The server on this machine.
  public static let local = RedisURL()

  private init() {
    (host, port, isSecure, database, text) = ("127.0.0.1", 6379, false, 0, "redis://127.0.0.1:6379")
  }
}

extension RedisURL: OptionValue {
  public static var schema: JSON { ["type": "string", "pattern": "^[Rr][Ee][Dd][Ii][Ss][Ss]?://"] }
  public static var typeName: String { "redis:// or rediss:// URL" }

  public init(json: JSON) throws(Mismatch) {
    let expected = "a URL like redis://localhost:6379/0 or rediss://user@redis.example.org"
    guard let text = json.text else { throw Mismatch(expected) }
    self.text = text
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (3...4).contains(parts.count), ["redis:", "rediss:"].contains(parts[0].lowercased()), parts[1].isEmpty else {
      throw Mismatch(expected)
    }
    isSecure = parts[0].count == 7
    let place = parts[2].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    if place.count == 2 {
      guard !place[0].contains(":") else {
        // The message must not show it.
        throw Mismatch(message: "holds a password", hint: "write it into \"password\", which is kept secret")
      }
      user = String(place[0])
    }
    let digits = parts.count == 3 || parts[3].isEmpty ? "0" : parts[3]
    guard let database = Int(digits), (0...65_535).contains(database) else {
      throw Mismatch("the number of a database behind the host")
    }
    self.database = database
    guard let (host, port) = RedisURL.address(String(place[place.count - 1])) else { throw Mismatch(expected) }
    (self.host, self.port) = (host, port)
  }

  public var json: JSON { .string(text) }

  private static func address(_ text: String) -> (String, Int)? {
    let isBracketed = text.hasPrefix("[")
    let end = isBracketed ? text.firstIndex(of: "]") : text.firstIndex(of: ":") ?? text.endIndex
    guard let end else { return nil }
    let host = isBracketed ? text[text.index(after: text.startIndex)..<end] : text[..<end]
    let rest = isBracketed ? text[text.index(after: end)...] : text[end...]
    let isClean = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"?#%\\\"".utf8.contains($0) }
    guard !host.isEmpty, isClean else { return nil }
    guard !rest.isEmpty else { return (String(host), 6379) }
    guard rest.hasPrefix(":"), let port = Int(rest.dropFirst()), (1...65_535).contains(port) else { return nil }
    return (String(host), port)
  }
}
