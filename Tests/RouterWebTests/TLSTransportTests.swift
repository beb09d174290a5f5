import Glibc
import RouterCore
import Testing

@testable import RouterWeb

/// A certificate for `names` signed by an authority of the test.
struct TestIdentity {
  let authority: Certificate
  let certificate: Certificate
  let key: PrivateKey

  init(names: [String] = ["localhost", "127.0.0.1"], notAfter: Int = 4_000_000_000) throws {
    let root = try PrivateKey()
    authority = try CertificateRequest(
      commonName: "test authority", isAuthority: true, notBefore: 1_700_000_000, notAfter: 4_000_000_000
    ).sign(root, issuer: nil)
    key = try PrivateKey()
    certificate = try CertificateRequest(
      commonName: "test", names: names, notBefore: 1_600_000_000, notAfter: notAfter
    ).sign(key, issuer: (authority, root))
  }

  func server() throws -> TLSContext { try TLSContext(chain: [certificate], key: key) }
}

/// Lets both ends shake hands. - Returns: the first failure.
func shakeHands(_ server: TLSTransport, _ client: TLSTransport) -> String? {
  var isDone = (false, false)
  for _ in 0..<100 where !isDone.0 || !isDone.1 {
    let results = (client.handshake(), server.handshake())
    if let failure = results.0.failure ?? results.1.failure { return failure }
    isDone = (isDone.0 || results.0.count != nil, isDone.1 || results.1.count != nil)
  }
  return isDone == (true, true) ? nil : "no end"
}

@Suite struct TLSTransportTests {
  private func pair(_ identity: TestIdentity, name: String = "localhost", buffer: Int32? = nil, trustsAny: Bool = false)
    throws -> (server: TLSTransport, client: TLSTransport)
  {
    let (one, two) = socketPair(buffer: buffer)
    let client = try TLSContext(trustsAny: trustsAny, authority: trustsAny ? nil : identity.authority)
    return (try identity.server().transport(descriptor: one), try client.transport(descriptor: two, server: name))
  }

  @Test func `bytes go both ways and the end is told`() throws {
    let (server, client) = try pair(TestIdentity())
    #expect(shakeHands(server, client) == nil)
    #expect(client.writeOnce([1, 2, 3]).count == 3)
    #expect(server.readOnce().1 == [1, 2, 3])
    #expect(server.readOnce().0.isAgain)
    #expect(server.writeBoth([4], [5, 6]).count == 3)
    #expect(client.readOnce().1 + client.readOnce().1 == [4, 5, 6])
    server.endWriting()
    #expect(client.readOnce().0.isEnd)
    #expect(client.writeOnce([7]).count == 1)
    client.close()
    #expect(server.readOnce().1 == [7])
    #expect(server.readOnce().0.isEnd)
  }

  @Test func `a short read leaves bytes that no readiness tells of`() throws {
    let (server, client) = try pair(TestIdentity())
    #expect(shakeHands(server, client) == nil)
    #expect(client.writeOnce([UInt8](0..<100)).count == 100)
    #expect(server.readOnce(10).1 == [UInt8](0..<10))
    #expect(server.hasBuffered)
    #expect(server.readOnce().1 == [UInt8](10..<100))
    #expect(!server.hasBuffered)
  }

  @Test func `a full socket says again and loses nothing`() throws {
    let (server, client) = try pair(TestIdentity(), buffer: 8192)
    #expect(shakeHands(server, client) == nil)
    let sent = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var written = 0
    var received: [UInt8] = []
    var refusals = 0
    while received.count < sent.count {
      while written < sent.count, let count = server.writeOnce(Array(sent[written...])).count { written += count }
      refusals += 1
      while true {
        let (result, bytes) = client.readOnce()
        if result.count == nil { break }
        received += bytes
      }
    }
    #expect(refusals > 1)
    #expect(received == sent)
  }

  @Test(arguments: ["localhost", "127.0.0.1"])
  func `the certificate is checked for the name or address asked for`(_ name: String) throws {
    let (server, client) = try pair(TestIdentity(), name: name)
    #expect(shakeHands(server, client) == nil)
  }

  @Test(arguments: ["example.org", "127.0.0.2", "::1"])
  func `a certificate for another name is refused`(_ name: String) throws {
    let (server, client) = try pair(TestIdentity(), name: name)
    #expect(shakeHands(server, client)?.contains("mismatch") == true)
  }

  @Test func `an unknown authority is refused, unless any will do`() throws {
    let (one, two) = socketPair()
    let identity = try TestIdentity()
    let server = try identity.server().transport(descriptor: one)
    let client = try TLSContext(trustsAny: false).transport(descriptor: two, server: "localhost")
    #expect(shakeHands(server, client)?.contains("certificate refused") == true)
    #expect(client.writeOnce([1]).failure != nil)
    let lax = try pair(identity, name: "example.org", trustsAny: true)
    #expect(shakeHands(lax.server, lax.client) == nil)
  }

  @Test func `an expired certificate is refused`() throws {
    let (server, client) = try pair(TestIdentity(notAfter: 1_650_000_000))
    #expect(shakeHands(server, client)?.contains("expired") == true)
  }

  @Test func `a key that does not fit is refused`() throws {
    let identity = try TestIdentity()
    #expect(throws: TLSFailure.self) { try TLSContext(chain: [identity.certificate], key: PrivateKey()) }
  }

  @Test func `plain HTTP on a TLS port is read as what it is, and what is answered is plain too`() throws {
    for request in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "x"] {
      let (one, two) = socketPair()
      let server = try TestIdentity().server().transport(descriptor: one)
      let plain = PlainTransport(descriptor: two)
      #expect(server.readOnce().0.isAgain && server.isEncrypted)
      #expect(plain.writeOnce(Array(request.utf8)).count == request.utf8.count)
      #expect(server.readOnce().1 == Array(request.utf8) && !server.isEncrypted)
      #expect(server.writeOnce(Array("no".utf8)).count == 2)
      #expect(plain.readOnce().1 == Array("no".utf8))
      server.endWriting()
      #expect(plain.readOnce().0.isEnd)
      server.close()
    }
  }

  @Test func `noise on a TLS port fails and does not hang`() throws {
    for noise in ["\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}", "\u{16}GET / HTTP/1.1\r\n\r\n"] {
      let (one, two) = socketPair()
      let server = try TestIdentity().server().transport(descriptor: one)
      let plain = PlainTransport(descriptor: two)
      #expect(plain.writeOnce(Array(noise.utf8)).count == noise.utf8.count)
      #expect(server.readOnce().0.failure != nil)
      #expect(server.readOnce().0.failure != nil)
      server.endWriting()
    }
  }

  @Test func `a plain socket says end, again and failure`() {
    let (one, two) = socketPair(buffer: 4096)
    let near = PlainTransport(descriptor: one)
    let far = PlainTransport(descriptor: two)
    #expect(near.readOnce().0.isAgain)
    #expect(near.writeBoth([1, 2], [3]).count == 3)
    #expect(far.readOnce().1 == [1, 2, 3])
    let block = [UInt8](repeating: 0, count: 100_000)
    while near.writeOnce(block).count != nil {}
    #expect(near.writeOnce(block).isAgain)
    near.endWriting()
    while far.readOnce().0.count != nil {}
    #expect(far.readOnce().0.isEnd)
    far.close()
    #expect(near.writeOnce([1]).failure != nil)
  }
}
