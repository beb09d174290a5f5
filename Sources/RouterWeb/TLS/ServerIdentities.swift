import Glibc
import RouterCore

/// All server certificates of the process: those of the local authority and those from files. Blocking, any thread
/// but a loop's.
final class ServerIdentities: Sendable {
  private struct Entry {
    var identity: ServerIdentity
    /// What the present context was made of.
    var source: [UInt8]
  }
  private struct Contents {
    var known: [TLSKey: Entry] = [:]
    var authorityPEM: [UInt8] = []
  }
  /// `TLSSettings` as a key.
  private struct TLSKey: Hashable { var cert: String, key: String }

  private let folder: String
  private let names: @Sendable () -> [String]
  private let now: @Sendable () -> Int
  private let contents = PthreadLock(Contents())

  /// - Parameter folder: Where the local authority is kept; made when it is first needed.
  /// - Parameter names: What the local certificate is for.
  /// - Parameter now: Seconds since 1970 UTC.
  init(
    folder: String, names: @escaping @Sendable () -> [String] = { LocalNames.current() },
    now: @escaping @Sendable () -> Int = { time(nil) }
  ) {
    self.folder = folder
    self.names = names
    self.now = now
  }

  /// The identity for a listener's settings; nil for plain. The same settings give the same identity.
  ///
  /// - Throws: `TLSFailure`: the file or folder, what is wrong with it and what to do.
  func identity(for settings: TLSSettings) throws(TLSFailure) -> ServerIdentity? {
    let key: TLSKey
    switch settings {
    case .off: return nil
    case .auto: key = TLSKey(cert: "", key: "")
    case .files(let cert, let file): key = TLSKey(cert: cert, key: file)
    }
    return try contents.withLock { (contents) throws(TLSFailure) in
      if let entry = contents.known[key] { return entry.identity }
      let (context, source) = try make(key, &contents)
      let identity = ServerIdentity(context)
      contents.known[key] = Entry(identity: identity, source: source)
      return identity
    }
  }

  /// The local authority's certificate for `/ca.crt`; nil as long as nothing asked for `auto`.
  var authorityPEM: [UInt8]? {
    contents.withLock { $0.authorityPEM.isEmpty ? nil : $0.authorityPEM }
  }

  /// Renews what ends soon or lacks an address, and reads changed files again. Call it about once an hour.
  ///
  /// - Returns: what went wrong; the certificate in use stays in use then.
  func refresh() -> [TLSFailure] {
    contents.withLock { contents in
      var failures: [TLSFailure] = []
      for (key, entry) in contents.known {
        do throws(TLSFailure) {
          let (context, source) = try make(key, &contents)
          guard source != entry.source else { continue }
          entry.identity.replace(context)
          contents.known[key]?.source = source
        } catch {
          failures.append(error)
        }
      }
      return failures
    }
  }

  private func make(_ key: TLSKey, _ contents: inout Contents) throws(TLSFailure) -> (TLSContext, source: [UInt8]) {
    guard key.cert.isEmpty else { return try ServerIdentities.read(key) }
    let authority = LocalAuthority(folder: folder)
    let names = names()
    let host = names.first { $0.hasSuffix(".local") } ?? "localhost"
    let root = try authority.authority(host: host, now: now())
    let server = try authority.server(names, under: root, now: now())
    contents.authorityPEM = try root.certificate.pem()
    let context = try TLSContext(chain: [server.certificate, root.certificate], key: server.key)
    return (context, try server.certificate.pem())
  }

  private static func read(_ key: TLSKey) throws(TLSFailure) -> (TLSContext, source: [UInt8]) {
    let cert = try bytes(key.cert)
    let secret = try bytes(key.key)
    let chain = try Certificate.chain(pem: cert)
    if chain.isEmpty { throw TLSFailure("\(key.cert): no certificate in PEM form") }
    do throws(TLSFailure) {
      return (try TLSContext(chain: chain, key: PrivateKey(pem: secret)), cert + secret)
    } catch {
      throw TLSFailure("\(key.cert), \(key.key): \(error.message)")
    }
  }

  private static func bytes(_ path: String) throws(TLSFailure) -> [UInt8] {
    do throws(SystemError) {
      guard let bytes = try SecretFile.read(path) else { throw SystemError("open \(path)", code: ENOENT) }
      return bytes
    } catch {
      throw TLSFailure("\(error)")
    }
  }
}
