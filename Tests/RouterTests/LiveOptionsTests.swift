import Support
import Testing

@testable import RouterCore
@testable import router

/// Which options change while sound plays: an enumeration of every node type the program has.
@Suite struct LiveOptionsTests {
  static let types = PluginList.makeRegistrar().types.map(\.name)

  /// Options of nodes that hold senders or listeners which are not live beside `listen` and `tls`, and why.
  static let exceptions = [
    "http.stream": [
      "container": "a player cannot follow from one container to the other within a body",
      "sampleRate": "the head of a WAV body, which players have read, says it",
      "channels": "the head of a WAV body, which players have read, says it",
    ],
    "browser.mic": ["listenTls": "it is an address to listen on, as listen is"],
  ]

  private static func type(_ name: String) throws -> NodeType {
    try #require(PluginList.makeRegistrar().types.first { $0.name == name })
  }

  private static func config(of type: NodeType) -> NodeConfig { type.read([], [], .none).0 }

  @Test(arguments: types) func `a node with a live option takes it, and one without does not claim to`(name: String)
    async throws
  {
    let type = try Self.type(name)
    let host = try FakeHost()
    let node = Self.config(of: type).make(host.context)
    #expect((node is any LiveNode) == type.options.contains(where: \.isLive))
    await host.stop()
  }

  @Test(arguments: types) func `all options of a node that holds senders are live but listen and tls`(name: String)
    throws
  {
    let type = try Self.type(name)
    guard Self.config(of: type).value is any ListeningConfiguration else {
      #expect(Self.exceptions[name] == nil)
      return
    }
    let fixed = type.options.filter { !$0.isLive }.map(\.name)
    // tcp.stream has as many ports as streams, and changes all of them by what comes next.
    let sockets = type.options.map(\.name).filter { ["listen", "tls"].contains($0) }
    #expect(sockets == ["listen", "tls"] || name == "tcp.stream")
    #expect(Set(fixed) == Set(sockets + (Self.exceptions[name] ?? [:]).keys))
  }

  @Test func `the nodes that hold senders are these`() throws {
    let listening = try Self.types.filter { Self.config(of: try Self.type($0)).value is any ListeningConfiguration }
    #expect(
      listening.sorted() == [
        "adpcm.ingest", "ariacast.dashboard", "ariacast.receiver", "browser.mic", "http.stream", "mediamtx.api",
        "panel.browsers", "tcp.stream",
      ])
  }

  @Test func `who holds what two cannot hold lets go before the next takes it`() throws {
    let exclusive = try Self.types.filter { try Self.type($0).traits.contains(.exclusive) }
    #expect(exclusive.sorted() == ["alsa.sink", "alsa.source", "avahi.advertiser", "panel.serial"])
  }
}
