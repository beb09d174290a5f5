import COpenSSL
import Glibc
import RouterCore

/// What all TLS connections of one kind share: certificate, trust, versions. Any thread.
///
/// TLS 1.2 and up, ALPN `http/1.1`, no compression, no renegotiation.
/// `@unchecked Sendable`: OpenSSL counts references to a context and locks it; it is not changed after `init`.
@safe final class TLSContext: @unchecked Sendable {
  private let context: OpaquePointer
  private let isServer: Bool

  /// A server with a certificate chain and its key.
  ///
  /// - Parameter chain: The leaf first.
  /// - Throws: `TLSFailure` if the key does not fit the certificate or OpenSSL refuses one.
  init(chain: [Certificate], key: PrivateKey) throws(TLSFailure) {
    isServer = true
    unsafe context = try TLSContext.make(TLS_server_method())
    guard let leaf = chain.first, unsafe SSL_CTX_use_certificate(context, leaf.handle) == 1 else {
      throw .last("the certificate is refused")
    }
    for issuer in chain.dropFirst() {
      // The context takes one reference.
      guard unsafe X509_up_ref(issuer.handle) == 1,
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_EXTRA_CHAIN_CERT, 0, UnsafeMutableRawPointer(issuer.handle)) == 1
      else { throw .last("the chain is refused") }
    }
    guard unsafe SSL_CTX_use_PrivateKey(context, key.handle) == 1, unsafe SSL_CTX_check_private_key(context) == 1
    else { throw .last("the key does not fit the certificate") }
    unsafe SSL_CTX_set_alpn_select_cb(context, selectHTTP1, nil)
  }

  /// A client.
  ///
  /// - Parameter trustsAny: Takes a certificate nobody vouches for.
  /// - Parameter authority: A certificate to trust beside the system's.
  init(trustsAny: Bool, authority: Certificate? = nil) throws(TLSFailure) {
    isServer = false
    unsafe context = try TLSContext.make(TLS_client_method())
    let wire: [UInt8] = [8] + Array("http/1.1".utf8)
    guard unsafe SSL_CTX_set_alpn_protos(context, wire, UInt32(wire.count)) == 0,
      unsafe SSL_CTX_set_default_verify_paths(context) == 1
    else { throw .last("no TLS client") }
    unsafe SSL_CTX_set_verify(context, trustsAny ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nil)
    if let authority, unsafe X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.handle) != 1 {
      throw .last("the authority is refused")
    }
  }

  deinit { unsafe SSL_CTX_free(context) }

  private static func make(_ method: OpaquePointer?) throws(TLSFailure) -> OpaquePointer {
    // OpenSSL writes with write(2), which would end the process when a peer is gone.
    signal(SIGPIPE, SIG_IGN)
    guard let context = unsafe SSL_CTX_new(method) else { throw .last("no TLS context") }
    unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    let modes = SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS
    unsafe SSL_CTX_ctrl(context, SSL_CTRL_MODE, Int(modes), nil)
    // Many clients close without close_notify; every protocol here knows by itself where a message ends.
    let noCompression: UInt64 = 1 << 17
    let noRenegotiation: UInt64 = 1 << 30
    let ignoreUnexpectedEnd: UInt64 = 1 << 7
    unsafe SSL_CTX_set_options(context, noCompression | noRenegotiation | ignoreUnexpectedEnd)
    return unsafe context
  }

  /// TLS over a connected non-blocking socket, which the transport owns from now on.
  ///
  /// The server's handshake is done by the first reads and writes.
  /// - Throws: `TLSFailure` if there is no memory; then the descriptor is closed.
  func transport(descriptor: Int32) throws(TLSFailure) -> TLSTransport {
    let transport = try unsafe TLSTransport(SSL_new(context), descriptor: descriptor)
    if isServer { transport.accept() }
    return transport
  }

  /// The client's side: names the server (SNI) and has its certificate checked for that name or address.
  func transport(descriptor: Int32, server: String) throws(TLSFailure) -> TLSTransport {
    precondition(!isServer, "a server does not connect")
    let transport = try unsafe TLSTransport(SSL_new(context), descriptor: descriptor)
    try transport.connect(to: server)
    return transport
  }
}

/// Takes `http/1.1` out of what the client offers; file-level, because OpenSSL calls it on the loop's thread.
private nonisolated func selectHTTP1(
  _ connection: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ chosenLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ length: UInt32,
  _ argument: UnsafeMutableRawPointer?
) -> Int32 {
  guard let offered = unsafe offered else { return SSL_TLSEXT_ERR_NOACK }
  let wanted = Array("http/1.1".utf8)
  let list = unsafe UnsafeBufferPointer(start: offered, count: Int(length))
  var at = 0
  while at < list.count {
    let size = unsafe Int(list[at])
    let name = at + 1
    if name + size > list.count { break }
    if unsafe list[name..<name + size].elementsEqual(wanted) {
      unsafe chosen?.pointee = offered + name
      unsafe chosenLength?.pointee = UInt8(size)
      return SSL_TLSEXT_ERR_OK
    }
    at = name + size
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL
}
