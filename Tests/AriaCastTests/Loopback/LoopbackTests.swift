import RouterWeb
import Support
import Testing

@testable import AriaCast
@testable import RouterCore

/// From a WAV file over a real WebSocket through the graph to a real HTTP listener.
@Suite(.serialized) struct LoopbackTests {
  /// Sound without a silent frame, so that it can be told from silence.
  static func sound(bytes: Int) -> [UInt8] {
    ReceiverTests.sound(bytes).map { $0 == 0 ? 1 : $0 }
  }

  /// Reads the body until `count` bytes of sound came after the silence before it.
  static func hear(_ player: Player, count: Int) -> [UInt8] {
    var heard: [UInt8] = []
    while heard.count < count {
      let piece = player.read(3_840)
      if piece.isEmpty { break }
      heard += heard.isEmpty ? Array(piece.drop { $0 == 0 }) : piece
    }
    return Array(heard.prefix(count))
  }

  @Test func `a file that is cast is heard bit for bit at the live body`() async throws {
    let router = try await LoopbackRouter()
    let (phone, web) = (try #require(router.port(of: "phone")), try #require(router.port(of: "web")))
    let sound = Self.sound(bytes: 3_840 * 50)
    let file = try TemporaryFile(WAVBytes.file(sound: sound))
    let blocking = BlockingPool(threads: 2)
    let player = try #require(await blocking.run { Player(port: web) })
    let head = await blocking.run { player.readHead() }
    #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n") && head.contains("Content-Type: audio/wav"))
    #expect(await blocking.run { player.read(44) } == EndlessWAV.head(for: HTTPStreamTests.cd))
    async let heard = blocking.run { Self.hear(player, count: sound.count) }
    let sender = AriaCastSender(client: router.dialer, loop: router.web.loops[1], blocking: blocking)
    let summary = try await sender.run(file: file.path, url: "ws://127.0.0.1:\(phone)")
    #expect(summary.messages == 50)
    #expect(await heard == sound)
    // Silence goes on after it.
    #expect(await blocking.run { player.read(3_840) } == HTTPStreamTests.silence)
    await router.stop()
  }

  @Test func `a sender of another rate is heard for the same time`() async throws {
    let router = try await LoopbackRouter(ioThreads: 1)
    let (phone, web) = (try #require(router.port(of: "phone")), try #require(router.port(of: "web")))
    let blocking = BlockingPool(threads: 2)
    let player = try #require(await blocking.run { Player(port: web) })
    _ = await blocking.run { player.readHead() + String(player.read(44).count) }
    let count = 3_840 * 20
    async let heard = blocking.run { Self.hear(player, count: count) }
    let link = SenderLink()
    let peer = try await router.dialer.connect(
      to: "ws://127.0.0.1:\(phone)/audio", fields: HTTPFields(), subprotocols: [], messageLimit: 1_000,
      on: router.web.loops[0], handler: { _, _ in SenderHandler(link) })
    for _ in 0..<30 { #expect(peer.send(.binary([UInt8](repeating: 65, count: 3_528)))) }
    let sound = await heard
    #expect(sound.count == count)
    #expect(sound.suffix(count / 2).int16Samples.allSatisfy { abs(Int($0) - 0x4141) <= 2 })
    peer.close(code: 1000, reason: "")
    await router.stop()
  }

  @Test func `the same address takes the place of its first sender, who is told`() async throws {
    let router = try await LoopbackRouter()
    let phone = try #require(router.port(of: "phone"))
    let link = SenderLink()
    let url = "ws://127.0.0.1:\(phone)/audio"
    let first = try await router.dialer.connect(
      to: url, fields: HTTPFields(), subprotocols: [], messageLimit: 1_000, on: router.web.loops[0],
      handler: { _, _ in SenderHandler(link) })
    // The same address takes over; the first is told.
    let second = try await router.dialer.connect(
      to: url, fields: HTTPFields(), subprotocols: [], messageLimit: 1_000, on: router.web.loops[1],
      handler: { _, _ in SenderHandler(SenderLink()) })
    while link.closed == nil { await Task.yield() }
    #expect(link.closed?.code == 1000 && link.closed?.reason == "superseded")
    first.close(code: 1000, reason: "")
    second.close(code: 1000, reason: "")
    await router.stop()
  }
}
