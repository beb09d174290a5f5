import COpenSSL

/// The keys of an upgrade. Source: RFC 6455 section 4.
enum HandshakeKey {
  private static let suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

  /// Whether `Sec-WebSocket-Key` is the base64 of 16 bytes.
  static func isValid(_ key: String) -> Bool { Base64.decode(key)?.count == 16 }

  /// The value of `Sec-WebSocket-Accept` that answers `key`.
  static func accept(for key: String) -> String {
    let text = Array((key + suffix).utf8)
    var digest = [UInt8](repeating: 0, count: 20)
    let done = unsafe EVP_Digest(text, text.count, &digest, nil, EVP_sha1(), nil)
    precondition(done == 1, "OpenSSL has no SHA-1")
    return Base64.encode(digest)
  }

  /// A new random key for a client's request.
  static func random() -> String {
    var generator = SystemRandomNumberGenerator()
    return Base64.encode((0..<16).map { _ in generator.next() })
  }
}
