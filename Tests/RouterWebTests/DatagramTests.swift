import Glibc
import RouterCore
import Testing

@testable import RouterWeb

@Suite struct DatagramTests {
  @Test func `each node answers once, from the address that was asked`() async throws {
    let host = try await TestHost()
    let here = PeerAddress(host: "127.0.0.1", port: 0)
    let heard = PthreadLock<[Datagram]>([])
    let first = try await host.host.datagrams.lease(on: here, by: "one") { datagram in
      heard.withLock { $0.append(datagram) }
      return [Array("old".utf8)]
    }
    let again = try await host.host.datagrams.lease(on: first.address, by: "one") { datagram in
      heard.withLock { $0.append(datagram) }
      return [Array("one".utf8)]
    }
    let second = try await host.host.datagrams.lease(on: first.address, by: "two") { _ in [Array("two".utf8)] }
    let port = first.address.port
    let answers = await ask(port, replies: 2)
    #expect(answers.sorted() == ["one", "two"])
    let datagram = try #require(heard.withLock { $0.first })
    #expect(datagram.bytes == Array("who".utf8) && datagram.localHost == "127.0.0.1")
    await first.release()
    await again.release()
    #expect(await ask(port, replies: 1) == ["two"])
    await second.release()
    let new = try await host.host.datagrams.lease(on: PeerAddress(host: "127.0.0.1", port: port), by: "x") { _ in [] }
    #expect(new.address.port == port)
    await host.stop()
  }

  private func ask(_ port: Int, replies: Int) async -> [String] {
    await BlockingPool(threads: 1).run {
      let socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
      defer { _ = close(socket) }
      var limit = timeval(tv_sec: 5, tv_usec: 0)
      unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      guard let address = SocketAddress(host: "127.0.0.1", port: port) else { return [] }
      _ = unsafe address.with { unsafe sendto(socket, Array("who".utf8), 3, 0, $0, $1) }
      return (0..<replies).map { _ in
        var buffer = [UInt8](repeating: 0, count: 100)
        let count = unsafe recv(socket, &buffer, 100, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
      }
    }
  }

  @Test func `a peer that asks too often is left waiting`() {
    var rates = PeerRates()
    let start = Instant(nanoseconds: 0)
    var burst = 0
    while rates.allows("a", at: start) { burst += 1 }
    #expect(burst == 40)
    let asked = [("b", 0), ("a", 51), ("a", 52)].map { rates.allows($0.0, at: start + .milliseconds($0.1)) }
    #expect(asked == [true, true, false])
    for peer in 0..<5000 { _ = rates.allows("\(peer)", at: start + .seconds(10)) }
  }
}
