import RouterCore

/// `tls: auto`: an authority of this machine and a server's certificate signed by it, kept in a folder.
///
/// People trust the authority once (`/ca.crt`); the server's certificate is renewed under it. Blocking; never on a
/// loop. Not for two threads at once: ``ServerIdentities`` locks.
struct LocalAuthority {
  /// A certificate and its key; kept in one file, so that one is never replaced without the other.
  struct Identity {
    var certificate: Certificate
    var key: PrivateKey
  }

  private static let day = 86_400
  private static let authorityDays = 3652
  /// The longest that Apple's systems take under an authority somebody added.
  private static let serverDays = 825
  private static let renewDays = 30

  /// Where the files are: `authority.pem` and `server.pem`, both mode 0600.
  var folder: String

  /// The authority, made if there is none yet or it ends within 30 days.
  ///
  /// - Parameter now: Seconds since 1970 UTC.
  /// - Throws: `TLSFailure` naming the file, if one cannot be read, understood or written.
  func authority(host: String, now: Int) throws(TLSFailure) -> Identity {
    let path = "\(folder)/authority.pem"
    if let known = try load(path) {
      guard known.certificate.fits(known.key) else {
        throw TLSFailure("\(path): the key does not fit the certificate; restore the file or delete it for a new one")
      }
      if known.certificate.notAfter > now + LocalAuthority.renewDays * LocalAuthority.day { return known }
    }
    let key = try PrivateKey()
    let request = CertificateRequest(
      commonName: "media router on \(host)", isAuthority: true, notBefore: now - 3600,
      notAfter: now + LocalAuthority.authorityDays * LocalAuthority.day)
    return try save(Identity(certificate: request.sign(key, issuer: nil), key: key), path)
  }

  /// The server's identity for `names`, made anew if it ends within 30 days, lacks a name or is not the authority's.
  func server(_ names: [String], under authority: Identity, now: Int) throws(TLSFailure) -> Identity {
    let path = "\(folder)/server.pem"
    // A damaged file is no loss here: another certificate under the same authority is as good.
    if let known = try? load(path), isGood(known, names, authority, now) { return known }
    let key = try PrivateKey()
    let request = CertificateRequest(
      commonName: names.first { !$0.contains(":") } ?? "localhost", names: names, notBefore: now - 3600,
      notAfter: min(now + LocalAuthority.serverDays * LocalAuthority.day, authority.certificate.notAfter))
    let certificate = try request.sign(key, issuer: (authority.certificate, authority.key))
    return try save(Identity(certificate: certificate, key: key), path)
  }

  private func isGood(_ known: Identity, _ names: [String], _ authority: Identity, _ now: Int) -> Bool {
    let certificate = known.certificate
    return certificate.fits(known.key) && certificate.isSigned(by: authority.key)
      && certificate.notAfter > now + LocalAuthority.renewDays * LocalAuthority.day
      && certificate.notAfter <= now + (LocalAuthority.serverDays + 1) * LocalAuthority.day
      && names.allSatisfy(certificate.covers)
  }

  private func load(_ path: String) throws(TLSFailure) -> Identity? {
    let bytes: [UInt8]?
    do throws(SystemError) { bytes = try SecretFile.read(path) } catch { throw TLSFailure("\(error)") }
    guard let bytes else { return nil }
    do throws(TLSFailure) {
      return Identity(certificate: try Certificate(pem: bytes), key: try PrivateKey(pem: bytes))
    } catch {
      throw TLSFailure("\(path): \(error.message); restore the file or delete it for a new one")
    }
  }

  private func save(_ identity: Identity, _ path: String) throws(TLSFailure) -> Identity {
    let bytes = try identity.certificate.pem() + identity.key.pem()
    do throws(SystemError) {
      try SecretFile.makeFolder(folder)
      try SecretFile.write(bytes, to: path)
    } catch {
      throw TLSFailure("the certificate cannot be kept: \(error)")
    }
    return identity
  }
}
