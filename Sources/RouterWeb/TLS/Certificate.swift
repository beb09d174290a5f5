import COpenSSL
import Glibc

/// An X.509 certificate. Any thread.
///
/// `@unchecked Sendable`: not changed once it is made; OpenSSL counts references atomically.
@safe final class Certificate: @unchecked Sendable {
  let handle: OpaquePointer

  init(owning handle: OpaquePointer) { unsafe self.handle = handle }

  /// Reads the first certificate of a PEM text.
  convenience init(pem: [UInt8]) throws(TLSFailure) {
    guard let first = try Certificate.chain(pem: pem).first else { throw .last("no certificate in PEM form") }
    unsafe X509_up_ref(first.handle)
    unsafe self.init(owning: first.handle)
  }

  deinit { unsafe X509_free(handle) }

  /// All certificates of a PEM text in order.
  static func chain(pem: [UInt8]) throws(TLSFailure) -> [Certificate] {
    let source = try PEMBuffer(pem)
    var chain: [Certificate] = []
    while let next = unsafe PEM_read_bio_X509(source.handle, nil, nil, nil) {
      unsafe chain.append(Certificate(owning: next))
    }
    // The end of the text is an entry in the error queue.
    ERR_clear_error()
    return chain
  }

  func pem() throws(TLSFailure) -> [UInt8] {
    let target = try PEMBuffer()
    guard unsafe PEM_write_bio_X509(target.handle, handle) == 1 else {
      throw .last("the certificate cannot be written")
    }
    return target.contents
  }

  /// Last second of validity, in seconds since 1970 UTC.
  var notAfter: Int {
    var time = unsafe tm()
    guard unsafe ASN1_TIME_to_tm(X509_get0_notAfter(handle), &time) == 1 else { return 0 }
    return unsafe timegm(&time)
  }

  /// Whether `name` is one of the names or addresses it was made for.
  func covers(_ name: String) -> Bool {
    if unsafe X509_check_ip_asc(handle, name, 0) == 1 { return true }
    return unsafe X509_check_host(handle, name, name.utf8.count, UInt32(X509_CHECK_FLAG_NO_WILDCARDS), nil) == 1
  }

  func fits(_ key: PrivateKey) -> Bool {
    defer { ERR_clear_error() }
    return unsafe X509_check_private_key(handle, key.handle) == 1
  }

  func isSigned(by issuer: PrivateKey) -> Bool {
    defer { ERR_clear_error() }
    return unsafe X509_verify(handle, issuer.handle) == 1
  }
}
