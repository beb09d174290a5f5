import RouterCore
import Testing

@testable import RouterWeb

@Suite struct AuthorityRouteTests {
  private func request(_ path: String, host: String = "localhost") -> String {
    "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"
  }

  @Test func `the authority is served where TLS is and where a page is, and nowhere else`() async throws {
    let host = try await TestHost()
    let page = try await host.lease([hello], by: "page")
    let device = try await host.lease([Route("GET", "/d", access: .device) { _ in .text("") }], by: "device")
    #expect(await exchange(page.address.port, request("/ca.crt")).hasPrefix("HTTP/1.1 404"))
    let secure = try await host.lease([Route("GET", "/d", access: .device) { _ in .text("") }], by: "secure") {
      $0.tls = .auto
    }
    let pem = try #require(host.host.authorityPEM)
    let plain = await exchange(page.address.port, request("/ca.crt"))
    #expect(plain.hasPrefix("HTTP/1.1 200") && plain.contains("Content-Type: application/x-x509-ca-cert\r\n"))
    #expect(plain.hasSuffix(String(decoding: pem, as: UTF8.self)))
    #expect(await exchange(page.address.port, request("/ca.crt", host: "evil.example")).hasPrefix("HTTP/1.1 403"))
    #expect(await exchange(device.address.port, request("/ca.crt")).hasPrefix("HTTP/1.1 404"))
    let url = "https://localhost:\(secure.address.port)/ca.crt"
    #expect(try await host.host.http.send(HTTPCall(url: url, trustsAnyCertificate: true)).body == pem)
    await host.stop()
  }

  @Test func `a node's own route of that name comes first`() async throws {
    let host = try await TestHost()
    let own = Route("GET", "/ca.crt") { _ in .text("own") }
    let lease = try await host.lease([own])
    #expect(await exchange(lease.address.port, request("/ca.crt")).hasSuffix("own"))
    await host.stop()
  }

  @Test func `plain HTTP on a TLS port is told to use https`() async throws {
    let host = try await TestHost()
    let lease = try await host.lease([hello, echo]) { $0.tls = .auto }
    for (method, body) in [("GET", ""), ("HEAD", ""), ("POST", "Content-Length: 2\r\n")] {
      let answer = await exchange(lease.address.port, "\(method) /hello HTTP/1.1\r\nHost: localhost\r\n\(body)\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 400") && answer.contains("Connection: close\r\n"), "\(method)")
      #expect(answer.hasSuffix("use https\n") == (method != "HEAD"), "\(method)")
    }
    #expect(await exchange(lease.address.port, "nonsense\r\n\r\n").hasPrefix("HTTP/1.1 400"))
    #expect(host.refused("this port speaks TLS, use https") == 3)
    await host.stop()
  }
}
