import COpenSSL

/// TLS cannot be set up or spoken: what failed, and the library's words.
struct TLSFailure: Error, Equatable, Sendable, CustomStringConvertible {
  var message: String
  init(_ message: String) { self.message = message }
  var description: String { message }

  /// `what`, and the oldest entry of OpenSSL's error queue of this thread, which is emptied.
  static func last(_ what: String) -> TLSFailure {
    guard let text = openSSLErrorText() else { return TLSFailure(what) }
    return TLSFailure("\(what): \(text)")
  }
}

/// The reason in the oldest entry of OpenSSL's error queue of this thread; the queue is emptied.
func openSSLErrorText() -> String? {
  let code = ERR_get_error()
  defer { ERR_clear_error() }
  guard code != 0 else { return nil }
  if let reason = unsafe ERR_reason_error_string(code) { return unsafe String(cString: reason) }
  return "OpenSSL error \(String(code, radix: 16))"
}
