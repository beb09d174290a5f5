import RouterCore
import Support
import Testing

@testable import AriaCast

/// Options of `http.stream` that change while people listen.
@Suite struct HTTPStreamOptionsTests {
  typealias Config = HTTPStream.Config

  private static func change(_ option: String, of config: inout Config) {
    switch option {
    case "path": config.path = "/radio.wav"
    case "name": config.name = "Radio"
    case "bufferSeconds": config.bufferSeconds = 7
    case "maxListeners": config.maxListeners = 3
    case "whenFull": config.whenFull = .disconnect
    default: Issue.record("nobody tries the live option \(option)")
    }
  }

  /// What players see: the only path, the station's name and the limits.
  private static func face(_ option: String, of run: RunningNode, _ feed: FakeFeed) async throws -> String {
    let routes = run.host.web.leases.filter { !$0.isReleased }.flatMap(\.routes)
    switch option {
    case "path": return routes.map(\.path).joined(separator: " ")
    case "name":
      let here = PeerAddress(host: "127.0.0.1", port: 1)
      guard case .http(let answer)? = routes.first?.answer else { throw CastSender.Missing() }
      let response = await answer(HTTPRequest(method: "GET", path: "/stream.wav", peer: here, local: here))
      guard case .live(let body) = response.body, body as AnyObject === feed else { throw CastSender.Missing() }
      return response.fields["icy-name"] ?? ""
    case "bufferSeconds": return "\(feed.limits.capacity)"
    case "maxListeners": return "\(feed.limits.maxListeners)"
    case "whenFull": return "\(feed.limits.whenFull)"
    default: return ""
    }
  }

  @Test(arguments: Config.ownLiveOptions)
  func `each changes what players see, and who listens hears on`(option: String) async throws {
    let (run, feed) = try await HTTPStreamTests.start()
    let node = try #require(run.node as? HTTPStreamNode)
    let stream = try await run.host.open(run.node, format: HTTPStreamTests.cd)
    let sound = HTTPStreamTests.sound(3_840 * 4)
    await stream.push(Array(sound[..<7_680]))
    let before = try await Self.face(option, of: run, feed)
    var config = Config()
    Self.change(option, of: &config)
    await node.update(to: config)
    #expect(try await Self.face(option, of: run, feed) != before)
    await stream.push(Array(sound[7_680...]))
    #expect(feed.bytes.suffix(sound.count).elementsEqual(sound))
    #expect(run.host.web.feeds.count == 1 && !feed.isClosed && feed.listeners == 1)
    #expect(run.host.web.leases.map(\.isReleased) == [false])
    await run.stop()
  }

  @Test func `a longer buffer lets a pause of its length be filled`() async throws {
    let (run, feed) = try await HTTPStreamTests.start { $0.bufferSeconds = 0.1 }
    let node = try #require(run.node as? HTTPStreamNode)
    var config = Config()
    config.bufferSeconds = 5
    await node.update(to: config)
    let before = feed.bytes.count
    run.host.time.advance(by: .seconds(3))
    await run.host.settle()
    #expect(feed.bytes.count - before == 3 * 192_000)
    await run.stop()
  }

  @Test func `options of a node that does not run count when it does`() async throws {
    let host = try FakeHost(node: "web")
    let node = HTTPStreamNode(config: Config(), context: host.context)
    var config = Config()
    for option in Config.ownLiveOptions { Self.change(option, of: &config) }
    await node.update(to: config)
    #expect(host.web.leases.isEmpty)
    let run = try await RunningNode(node, in: host)
    #expect(host.web.route("GET", "/radio.wav") != nil)
    #expect(host.web.feeds.first?.settings.maxListeners == 3)
    await run.stop()
  }
}
