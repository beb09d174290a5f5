import COpenSSL

/// A private key. Any thread.
///
/// `@unchecked Sendable`: not changed after `init`; OpenSSL counts references atomically.
@safe final class PrivateKey: @unchecked Sendable {
  let handle: OpaquePointer

  /// A new key on the curve P-256.
  init() throws(TLSFailure) {
    let maker = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil)
    defer { unsafe EVP_PKEY_CTX_free(maker) }
    var key: OpaquePointer?
    guard unsafe EVP_PKEY_keygen_init(maker) == 1,
      unsafe EVP_PKEY_CTX_set_ec_paramgen_curve_nid(maker, NID_X9_62_prime256v1) == 1,
      unsafe EVP_PKEY_keygen(maker, &key) == 1, let made = unsafe key
    else { throw .last("no key can be made") }
    unsafe handle = made
  }

  /// Reads the first private key of a PEM text; one with a pass phrase is refused.
  init(pem: [UInt8]) throws(TLSFailure) {
    let source = try PEMBuffer(pem)
    guard let key = unsafe PEM_read_bio_PrivateKey(source.handle, nil, refusePassPhrase, nil) else {
      throw .last("no private key in PEM form without pass phrase")
    }
    unsafe handle = key
  }

  deinit { unsafe EVP_PKEY_free(handle) }

  /// PKCS #8, not encrypted.
  func pem() throws(TLSFailure) -> [UInt8] {
    let target = try PEMBuffer()
    guard unsafe PEM_write_bio_PKCS8PrivateKey(target.handle, handle, nil, nil, 0, nil, nil) == 1 else {
      throw .last("the key cannot be written")
    }
    return target.contents
  }
}

/// Without it OpenSSL would ask on the terminal. File-level: called from C.
private nonisolated func refusePassPhrase(
  _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ isWriting: Int32, _ argument: UnsafeMutableRawPointer?
) -> Int32 { -1 }
