internal import COpenSSL

/// Signs what a web hook is sent. Pure.
enum WebHookSignature {
  /// `sha256=` and HMAC-SHA256, hexadecimal, of the time stamp, a full stop and the body: who has the secret knows that
  /// the router sent it, and when.
  static func value(secret: String, timestamp: String, body: [UInt8]) -> String {
    let key = Array(secret.utf8)
    let signed = Array("\(timestamp).".utf8) + body
    var out = [UInt8](repeating: 0, count: 32)
    var count = UInt32(32)
    _ = unsafe HMAC(EVP_sha256(), key, Int32(key.count), signed, signed.count, &out, &count)
    return "sha256=" + out.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
