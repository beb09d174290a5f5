import COpenSSL
import RouterCore

/// What a certificate shall say, and the signing of it. Source: RFC 5280 section 4.
struct CertificateRequest {
  var commonName: String
  /// Host names and numeric addresses; empty for an authority.
  var names: [String] = []
  var isAuthority = false
  /// Seconds since 1970 UTC.
  var notBefore: Int
  var notAfter: Int

  /// Makes the certificate for `key`, signed by `issuer` or, without one, by `key` itself.
  func sign(_ key: PrivateKey, issuer: (certificate: Certificate, key: PrivateKey)?) throws(TLSFailure) -> Certificate {
    guard let handle = unsafe X509_new() else { throw .last("no memory for a certificate") }
    let made = unsafe Certificate(owning: handle)
    let subject = unsafe X509_get_subject_name(handle)
    let name = Array(commonName.utf8.prefix(64))
    var serial = [UInt8](repeating: 0, count: 16)
    guard unsafe RAND_bytes(&serial, 16) == 1, unsafe CertificateRequest.setSerial(handle, serial),
      unsafe X509_set_version(handle, 2) == 1,
      unsafe ASN1_TIME_set(X509_getm_notBefore(handle), notBefore) != nil,
      unsafe ASN1_TIME_set(X509_getm_notAfter(handle), notAfter) != nil,
      unsafe X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, Int32(name.count), -1, 0) == 1,
      unsafe X509_set_issuer_name(
        handle, issuer.map { unsafe X509_get_subject_name($0.certificate.handle) } ?? subject) == 1,
      unsafe X509_set_pubkey(handle, key.handle) == 1
    else { throw .last("the certificate cannot be made") }
    try addExtensions(to: made, issuer: issuer?.certificate ?? made)
    guard unsafe X509_sign(handle, (issuer?.key ?? key).handle, EVP_sha256()) > 0 else {
      throw .last("the certificate cannot be signed")
    }
    return made
  }

  /// 127 random bits: unique without a register.
  private static func setSerial(_ certificate: OpaquePointer, _ random: [UInt8]) -> Bool {
    var bytes = random
    bytes[0] &= 0x7f
    guard let number = unsafe BN_bin2bn(bytes, Int32(bytes.count), nil) else { return false }
    defer { unsafe BN_free(number) }
    return unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil
  }

  private var extensions: [(id: Int32, value: String)] {
    if isAuthority {
      return [
        (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"), (NID_key_usage, "critical,keyCertSign,cRLSign"),
        (NID_subject_key_identifier, "hash"),
      ]
    }
    let alternatives = names.map { (CertificateRequest.isAddress($0) ? "IP:" : "DNS:") + $0 }
    return [
      (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
      (NID_ext_key_usage, "serverAuth"), (NID_subject_key_identifier, "hash"),
      (NID_authority_key_identifier, "keyid"), (NID_subject_alt_name, alternatives.joined(separator: ",")),
    ]
  }

  /// A function of its own: inlined into `sign`, the loop crashes the optimizer of Swift 6.3.1.
  @inline(never)
  private func addExtensions(to certificate: Certificate, issuer: Certificate) throws(TLSFailure) {
    for (id, value) in extensions { try CertificateRequest.add(id, value, to: certificate, issuer: issuer) }
  }

  private static func isAddress(_ name: String) -> Bool {
    guard let octets = unsafe a2i_IPADDRESS(name) else {
      ERR_clear_error()
      return false
    }
    unsafe ASN1_OCTET_STRING_free(octets)
    return true
  }

  private static func add(_ id: Int32, _ value: String, to certificate: Certificate, issuer: Certificate)
    throws(TLSFailure)
  {
    var context = unsafe X509V3_CTX()
    unsafe X509V3_set_ctx(&context, issuer.handle, certificate.handle, nil, nil, 0)
    guard let made = unsafe X509V3_EXT_conf_nid(nil, &context, id, value) else {
      throw .last("the certificate cannot say \"\(value)\"")
    }
    defer { unsafe X509_EXTENSION_free(made) }
    guard unsafe X509_add_ext(certificate.handle, made, -1) == 1 else { throw .last("the certificate cannot be made") }
  }
}
