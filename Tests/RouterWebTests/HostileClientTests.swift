import Glibc
import RouterCore
import Testing

@testable import RouterWeb

@Suite struct HostileClientTests {
  @Test func `a client that goes away cancels its handler`() async throws {
    let state = PthreadLock((entered: false, cancelled: false))
    let slow = Route("GET", "/slow") { _ in
      state.withLock { $0.entered = true }
      while !Task.isCancelled { await Task.yield() }
      state.withLock { $0.cancelled = true }
      return .text("")
    }
    try await withServer([slow]) { _, port in
      var client: RawClient? = try await RawClient(port: port)
      await client?.send("GET /slow HTTP/1.1\r\n\(withHost)\r\n")
      while !state.withLock({ $0.entered }) { await Task.yield() }
      client?.resetOnClose()
      client = nil
      while !state.withLock({ $0.cancelled }) { await Task.yield() }
    }
  }

  @Test func `a peer that takes nothing is closed`() async throws {
    let big = Route("GET", "/big") { _ in HTTPResponse(body: .bytes([UInt8](repeating: 0x61, count: 30_000_000))) }
    try await withServer([big], { $0.limits.writeSeconds = 0.2 }) { host, port in
      let client = try await RawClient(port: port)
      await client.send("GET /big HTTP/1.1\r\n\(withHost)\r\n")
      while host.refused("peer takes nothing") == 0 { await Task.yield() }
      #expect(await client.readToEnd().utf8.count < 30_000_000)
    }
  }

  @Test func `a refused body is still being sent while its answer arrives`() async throws {
    try await withServer([Route("POST", "/small", bodyLimit: 10) { _ in .text("") }]) { _, port in
      let client = try await RawClient(port: port)
      await client.send("POST /small HTTP/1.1\r\n\(withHost)Content-Length: 1000000\r\n\r\n")
      for _ in 0..<4 { await client.send([UInt8](repeating: 0x78, count: 100_000)) }
      #expect(await client.readToEnd().hasPrefix("HTTP/1.1 413"))
    }
  }

  @Test func `one connection's flood leaves room for others`() async throws {
    try await withServer([hello]) { _, port in
      let noisy = try await RawClient(port: port)
      let flood = Array(String(repeating: "GET /hello HTTP/1.1\r\n\(withHost)\r\n", count: 5000).utf8)
      async let sent: Void = noisy.send(flood)
      for _ in 0..<20 {
        let answer = await exchange(port, "GET /hello HTTP/1.1\r\n\(withHost)Connection: close\r\n\r\n")
        #expect(answer.hasSuffix("hello"))
      }
      #expect(await noisy.readHead().hasPrefix("HTTP/1.1 200"))
      noisy.resetOnClose()
      _ = shutdown(noisy.descriptor, Int32(SHUT_RDWR))
      await sent
    }
  }

  @Test func `large bodies and endless ones go through TLS`() async throws {
    let host = try await TestHost()
    let feed = host.host.server.makeFeed(FeedSettings(opening: Array("RIFF".utf8), capacity: 400_000, maxListeners: 2))
    let big = [UInt8](repeating: 0x62, count: 3_000_000)
    let lease = try await host.lease([
      Route("GET", "/big") { _ in HTTPResponse(body: .bytes(big)) },
      Route("GET", "/live") { _ in HTTPResponse(body: .live(feed)) }, echo,
    ]) { $0.tls = .auto }
    let url = "https://localhost:\(lease.address.port)"
    let body = try await host.host.http.send(HTTPCall(url: url + "/big", trustsAnyCertificate: true)).body
    #expect(body == big)
    let sent = try await host.host.http.send(
      HTTPCall("POST", url: url + "/echo", body: Array(big.prefix(900_000)), trustsAnyCertificate: true))
    #expect(sent.body.count == 900_000)
    async let live = host.host.http.send(HTTPCall(url: url + "/live", trustsAnyCertificate: true))
    while feed.listeners == 0 { await Task.yield() }
    let packet = (0..<3840).map { UInt8(truncatingIfNeeded: $0) }
    for _ in 0..<50 { feed.write(unsafe packet.span.bytes) }
    await feed.close()
    #expect(try await live.body == Array("RIFF".utf8) + (0..<50).flatMap { _ in packet })
    await host.stop()
    await feed.close()
  }
}

extension RawClient {
  /// The kernel sends a reset instead of an orderly end.
  fileprivate func resetOnClose() {
    var option = linger(l_onoff: 1, l_linger: 0)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }
}
