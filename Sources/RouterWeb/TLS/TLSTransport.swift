import COpenSSL
import Glibc
import RouterCore

/// TLS over one non-blocking socket. Made by ``TLSContext``.
///
/// A client that speaks plain HTTP to a server is let through as it is, so that it can be told so in words it reads;
/// see ``isEncrypted``.
@safe final class TLSTransport: Transport {
  let descriptor: Int32
  private let connection: OpaquePointer
  private var isClosed = false
  /// After a fatal error OpenSSL must not be asked for anything, not even for a goodbye.
  private var isBroken = false
  /// A server that has not seen the client's first byte.
  private var isFresh = false
  /// Takes OpenSSL's place once the first byte turned out to be plain HTTP.
  private var plain: PlainTransport?

  init(_ connection: OpaquePointer?, descriptor: Int32) throws(TLSFailure) {
    guard let connection = unsafe connection, unsafe SSL_set_fd(connection, descriptor) == 1 else {
      unsafe SSL_free(connection)
      _ = Glibc.close(descriptor)
      throw .last("no TLS connection")
    }
    unsafe self.connection = connection
    self.descriptor = descriptor
  }

  deinit {
    close()
    unsafe SSL_free(connection)
  }

  func accept() {
    unsafe SSL_set_accept_state(connection)
    isFresh = true
  }

  var isEncrypted: Bool { plain == nil }

  /// Readies the client's side; `server` is a name or a numeric address.
  func connect(to server: String) throws(TLSFailure) {
    unsafe SSL_set_connect_state(connection)
    if unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), server) == 1 { return }
    ERR_clear_error()
    let named = unsafe server.withCString { name in
      unsafe SSL_ctrl(
        connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
        UnsafeMutableRawPointer(mutating: name))
    }
    guard named == 1, unsafe SSL_set1_host(connection, server) == 1 else {
      throw .last("\"\(server)\" is no host name")
    }
  }

  /// The handshake as far as it goes now: `bytes(1)` when it is done.
  func handshake() -> TransportResult {
    guard !isBroken else { return .failed("TLS ended before") }
    ERR_clear_error()
    let code = unsafe SSL_do_handshake(connection)
    if code == 1 { return .bytes(1) }
    return refusal(code, "TLS handshake")
  }

  var hasBuffered: Bool { unsafe !isBroken && SSL_pending(connection) > 0 }

  func read(into target: inout MutableRawSpan) -> TransportResult {
    if isFresh, let result = lookAtFirstByte() { return result }
    if let plain { return plain.read(into: &target) }
    guard !isBroken else { return .failed("TLS ended before") }
    ERR_clear_error()
    var count = 0
    let code = unsafe target.withUnsafeMutableBytes {
      unsafe SSL_read_ex(connection, $0.baseAddress, $0.count, &count)
    }
    return code == 1 ? .bytes(count) : refusal(code, "TLS read")
  }

  func write(_ bytes: RawSpan) -> TransportResult {
    if let plain { return plain.write(bytes) }
    guard !isBroken else { return .failed("TLS ended before") }
    guard bytes.byteCount > 0 else { return .again(.write) }
    ERR_clear_error()
    var count = 0
    let code = unsafe bytes.withUnsafeBytes { unsafe SSL_write_ex(connection, $0.baseAddress, $0.count, &count) }
    return code == 1 ? .bytes(count) : refusal(code, "TLS write")
  }

  func write(_ head: RawSpan, _ body: RawSpan) -> TransportResult {
    guard head.byteCount > 0 else { return write(body) }
    let first = write(head)
    guard case .bytes(let count) = first, count == head.byteCount, body.byteCount > 0 else { return first }
    if case .bytes(let more) = write(body) { return .bytes(count + more) }
    // What became of the body shows at the next write.
    return first
  }

  /// A TLS client begins with a record, whose first byte is no letter; plain HTTP with the letter of a method.
  /// - Returns: nil when there is a first byte.
  private func lookAtFirstByte() -> TransportResult? {
    var byte: UInt8 = 0
    let count = unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK))
    guard count == 1 else {
      if count == 0 { return .end }
      return [EAGAIN, EWOULDBLOCK, EINTR].contains(errno) ? .again(.read) : .failed(errnoText(errno))
    }
    isFresh = false
    if (65...90).contains(byte & 0xDF) { plain = PlainTransport(descriptor: descriptor) }
    return nil
  }

  private func refusal(_ code: Int32, _ what: String) -> TransportResult {
    let systemError = errno
    switch unsafe SSL_get_error(connection, code) {
    case SSL_ERROR_WANT_READ: return .again(.read)
    case SSL_ERROR_WANT_WRITE: return .again(.write)
    case SSL_ERROR_ZERO_RETURN: return .end
    case SSL_ERROR_SYSCALL:
      isBroken = true
      if let text = openSSLErrorText() { return .failed("\(what): \(text)") }
      return systemError == 0 ? .end : .failed("\(what): \(errnoText(systemError))")
    default:
      isBroken = true
      return .failed("\(what): \(certificateProblem ?? openSSLErrorText() ?? "failed")")
    }
  }

  /// Why the peer's certificate is not trusted; nil if it is, or is not asked for.
  private var certificateProblem: String? {
    let result = unsafe SSL_get_verify_result(connection)
    guard unsafe SSL_get_verify_mode(connection) != SSL_VERIFY_NONE, result != Int(X509_V_OK),
      let text = unsafe X509_verify_cert_error_string(result)
    else { return nil }
    return unsafe "certificate refused: " + String(cString: text)
  }

  func endWriting() {
    if plain == nil, !isBroken, !isClosed, unsafe SSL_is_init_finished(connection) == 1 {
      ERR_clear_error()
      unsafe SSL_shutdown(connection)
      ERR_clear_error()
    }
    _ = shutdown(descriptor, Int32(SHUT_WR))
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    isBroken = true
    if let plain { plain.close() } else { _ = Glibc.close(descriptor) }
  }
}
