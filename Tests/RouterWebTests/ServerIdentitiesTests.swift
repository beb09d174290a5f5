import Glibc
import RouterCore
import Synchronization
import Testing

@testable import RouterWeb

private let today = 1_800_000_000
private let day = 86_400

/// What the machine of a test is called, and what day it is there.
private final class FakeMachine: Sendable {
  let names = PthreadLock(["localhost", "127.0.0.1", "box", "box.local"])
  let now = Atomic<Int>(today)

  func identities(_ folder: String) -> ServerIdentities {
    ServerIdentities(
      folder: folder, names: { self.names.withLock { $0 } }, now: { self.now.load(ordering: .relaxed) })
  }
}

@Suite struct ServerIdentitiesTests {
  private func served(_ folder: ScratchFolder) throws -> Certificate {
    try Certificate(pem: try #require(try SecretFile.read("\(folder.path)/state/server.pem")))
  }

  @Test func `an authority and a certificate under it are made once and kept private`() throws {
    let folder = ScratchFolder()
    let machine = FakeMachine()
    let first = machine.identities("\(folder.path)/state")
    #expect(first.authorityPEM == nil)
    let identity = try #require(try first.identity(for: .auto))
    #expect(try first.identity(for: .auto) === identity)
    #expect(try first.identity(for: .off) == nil)
    let before = try served(folder).pem()
    let again = machine.identities("\(folder.path)/state")
    _ = try again.identity(for: .auto)
    #expect(again.authorityPEM == first.authorityPEM)
    #expect(try served(folder).pem() == before)
    #expect(ShellCommand.run("stat -c %a \(folder.path)/state/*.pem \(folder.path)/state").output == "600\n600\n700\n")
  }

  @Test func `the certificate says what the standard and Apple ask for`() throws {
    let folder = ScratchFolder()
    let identities = FakeMachine().identities("\(folder.path)/state")
    _ = try identities.identity(for: .auto)
    let leaf = try served(folder)
    #expect(leaf.notAfter == today + 825 * day)
    for name in ["localhost", "127.0.0.1", "box", "box.local"] { #expect(leaf.covers(name)) }
    #expect(!leaf.covers("example.org") && !leaf.covers("127.0.0.2"))
    try SecretFile.write(try #require(identities.authorityPEM), to: "\(folder.path)/ca.crt")
    let check = "openssl verify -x509_strict -purpose sslserver -attime \(today) -CAfile \(folder.path)/ca.crt"
    let verified = ShellCommand.run("\(check) -verify_hostname box.local \(folder.path)/state/server.pem")
    #expect(verified.status == 0, "\(verified.output)")
    #expect(ShellCommand.run("\(check) -verify_ip 127.0.0.1 \(folder.path)/state/server.pem").status == 0)
    let text = ShellCommand.run("openssl x509 -noout -text -in \(folder.path)/ca.crt").output
    for part in ["CA:TRUE, pathlen:0", "Certificate Sign", "P-256", "media router on box.local"] {
      #expect(text.contains(part))
    }
  }

  @Test func `it is renewed when an address comes, when it ends soon, and not before`() throws {
    let folder = ScratchFolder()
    let machine = FakeMachine()
    let identities = machine.identities("\(folder.path)/state")
    _ = try identities.identity(for: .auto)
    let root = identities.authorityPEM
    let first = try served(folder).pem()
    machine.now.store(today + 790 * day, ordering: .relaxed)
    #expect(identities.refresh().isEmpty)
    #expect(try served(folder).pem() == first)
    machine.names.withLock { $0.append("10.1.2.3") }
    #expect(identities.refresh().isEmpty)
    let second = try served(folder)
    #expect(second.covers("10.1.2.3"))
    machine.now.store(second.notAfter - 29 * day, ordering: .relaxed)
    #expect(identities.refresh().isEmpty)
    #expect(try served(folder).notAfter == second.notAfter + (825 - 29) * day)
    #expect(identities.authorityPEM == root)
  }

  @Test func `a damaged certificate is replaced, a damaged authority is said`() throws {
    let folder = ScratchFolder()
    let machine = FakeMachine()
    _ = try machine.identities("\(folder.path)/state").identity(for: .auto)
    try SecretFile.write(Array("rubbish".utf8), to: "\(folder.path)/state/server.pem")
    _ = try machine.identities("\(folder.path)/state").identity(for: .auto)
    #expect(try served(folder).covers("box"))
    try SecretFile.write(Array("rubbish".utf8), to: "\(folder.path)/state/authority.pem")
    let failure = #expect(throws: TLSFailure.self) {
      try machine.identities("\(folder.path)/state").identity(for: .auto)
    }
    #expect(failure?.message.contains("authority.pem") == true)
    #expect(failure?.message.contains("delete it for a new one") == true)
  }

  @Test func `own files are read, read again when changed, and named when wrong`() throws {
    let folder = ScratchFolder()
    let (cert, key) = ("\(folder.path)/own.crt", "\(folder.path)/own.key")
    let settings = TLSSettings.files(cert: cert, key: key)
    let identities = FakeMachine().identities("\(folder.path)/state")
    let missing = #expect(throws: TLSFailure.self) { try identities.identity(for: settings) }
    #expect(missing?.message == "open \(cert): No such file or directory")
    let made = try TestIdentity()
    try SecretFile.write(made.certificate.pem() + made.authority.pem(), to: cert)
    try SecretFile.write(PrivateKey().pem(), to: key)
    let unfit = #expect(throws: TLSFailure.self) { try identities.identity(for: settings) }
    #expect(unfit?.message.contains("own.key: the key does not fit") == true)
    try SecretFile.write(made.key.pem(), to: key)
    let identity = try #require(try identities.identity(for: settings))
    #expect(try shake(identity, trusting: made) == nil)
    let other = try TestIdentity()
    try SecretFile.write(other.certificate.pem(), to: cert)
    #expect(identities.refresh().count == 1)
    #expect(try shake(identity, trusting: made) == nil)
    try SecretFile.write(other.key.pem(), to: key)
    #expect(identities.refresh().isEmpty)
    #expect(try shake(identity, trusting: other) == nil)
    #expect(identities.authorityPEM == nil)
  }

  private func shake(_ identity: ServerIdentity, trusting made: TestIdentity) throws -> String? {
    let (one, two) = socketPair()
    let client = try TLSContext(trustsAny: false, authority: made.authority)
    return shakeHands(
      try identity.transport(descriptor: one), try client.transport(descriptor: two, server: "localhost"))
  }

  @Test func `host names give the names people type`() {
    #expect(LocalNames.hostNames("box.lan") == ["box.lan", "box", "box.local"])
    #expect(LocalNames.hostNames("bad,name").isEmpty)
    #expect(
      LocalNames.hostNames("box", domains: ["fritz.box", "lan"]) == [
        "box", "box", "box.local", "box.fritz.box", "box.lan",
      ])
    #expect(LocalNames.current().contains("127.0.0.1"))
    #expect(LocalNames.current(folder: "/nowhere").contains("localhost"))
  }
}

@Suite struct TLSAgainstOthersTests {
  /// Serves one connection: reads until it has seen `until`, answers, says goodbye. - Returns: what it read.
  private func serve(_ listener: LoopbackListener, _ identity: ServerIdentity, until end: String, answer: String)
    throws -> String
  {
    let socket = listener.next()
    setNonBlocking(socket)
    let transport = try identity.transport(descriptor: socket)
    var text = ""
    while !text.contains(end) {
      let (result, bytes) = transport.readOnce()
      text += String(decoding: bytes, as: UTF8.self)
      switch result {
      case .again(let what): if !waitFor(socket, what) { return text + " (nothing came)" }
      case .end, .failed: return text + " (\(result))"
      case .bytes: break
      }
    }
    _ = transport.writeOnce(Array(answer.utf8))
    transport.endWriting()
    while transport.readOnce().0.isAgain, waitFor(socket, .read) {}
    transport.close()
    return text
  }

  private func prepare() throws -> (ScratchFolder, ServerIdentity, String) {
    let folder = ScratchFolder()
    let identities = ServerIdentities(folder: "\(folder.path)/state")
    let identity = try #require(try identities.identity(for: .auto))
    try SecretFile.write(try #require(identities.authorityPEM), to: "\(folder.path)/ca.crt")
    return (folder, identity, "\(folder.path)/ca.crt")
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"])
  func `openssl's client agrees on the version, http/1.1 and the certificate`(_ version: String) throws {
    let (folder, identity, authority) = try prepare()
    let listener = LoopbackListener()
    defer { listener.stop() }
    let client = ShellCommand(
      "printf 'ping\\n' | timeout 20 openssl s_client -connect 127.0.0.1:\(listener.port) -servername localhost \(version)"
        + " -CAfile \(authority) -verify_return_error -verify_hostname localhost -alpn h2,http/1.1 -ign_eof")
    #expect(try serve(listener, identity, until: "ping", answer: "pong\n") == "ping\n")
    let (status, output) = client.finish()
    #expect(status == 0)
    for part in ["Verify return code: 0 (ok)", "ALPN protocol: http/1.1", "pong"] { #expect(output.contains(part)) }
    _ = folder
  }

  @Test func `TLS 1.1 and a client that speaks only h2 are refused`() throws {
    let (folder, identity, _) = try prepare()
    for option in ["-tls1_1 -cipher DEFAULT@SECLEVEL=0", "-alpn h2"] {
      let listener = LoopbackListener()
      defer { listener.stop() }
      let client = ShellCommand("timeout 20 openssl s_client -connect 127.0.0.1:\(listener.port) \(option) </dev/null")
      #expect(try serve(listener, identity, until: "never", answer: "").contains("failed"))
      #expect(client.finish().status != 0)
    }
    _ = folder
  }

  @Test func `curl trusts the authority and gets its answer`() throws {
    let (folder, identity, authority) = try prepare()
    let listener = LoopbackListener()
    defer { listener.stop() }
    let client = ShellCommand(
      "timeout 20 curl -sS --noproxy '*' --cacert \(authority) https://localhost:\(listener.port)/x"
        + " --resolve localhost:\(listener.port):127.0.0.1")
    let request = try serve(
      listener, identity, until: "\r\n\r\n", answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    #expect(request.hasPrefix("GET /x HTTP/1.1\r\n"))
    let (status, output) = client.finish()
    #expect(status == 0)
    #expect(output == "hi")
    _ = folder
  }
}
