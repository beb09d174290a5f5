import RouterCore
import Testing

@testable import RouterWeb

/// What waits for a WebSocket's loop.
@Suite struct SocketPeerTests {
  private let batch = WebSocketBatch([.text("stop"), .text("play")])

  private func peer(_ role: WebSocketRole) -> SocketPeer {
    SocketPeer(address: PeerAddress(host: "127.0.0.1", port: 1), role: role) {}
  }

  private func frames(_ texts: [String]) -> [UInt8] { texts.flatMap { FrameEncoder.frame(.text($0)) } }

  @Test func `nothing follows a close, also when the loop has taken it`() {
    let one = peer(.server)
    one.send(.text("last"))
    one.close(code: 4000, reason: "done")
    #expect(!one.send(.text("too late")))
    #expect(one.take().close?.code == 4000)
    #expect(!one.send(.text("too late")))
    one.close(code: 4001, reason: "again")
    let left = one.take()
    #expect(left.frames.isEmpty && left.close == nil)
  }

  @Test func `a batch goes to many as its messages would, framed once`() {
    let (one, other) = (peer(.server), peer(.server))
    #expect(one.send(.text("before")) && one.send(batch) && other.send(batch) && other.send(batch))
    #expect(one.take().frames == frames(["before", "stop", "play"]))
    #expect(other.take().frames == frames(["stop", "play", "stop", "play"]))
    #expect(other.send(batch))
    #expect(other.take().frames == frames(["stop", "play"]))
    #expect(batch.bytes { _ in [] } == frames(["stop", "play"]))
  }

  @Test func `a client masks a batch each time anew`() {
    let client = peer(.client)
    let sent = (0..<4).map { _ in
      client.send(batch)
      return client.take().frames
    }
    #expect(Set(sent).count == 4)
    for bytes in sent { #expect(decode([bytes], role: .server) == [.text("stop"), .text("play")]) }
  }

  @Test func `a batch is taken whole or not at all`() {
    let full = peer(.server)
    #expect(full.send(.binary([UInt8](repeating: 0, count: SocketPeer.limit - 20))))
    #expect(!full.send(batch))
    #expect(full.take().frames.count > SocketPeer.limit - 20)
    #expect(full.send(batch))
    full.end()
    #expect(!full.send(batch) && full.take().frames.isEmpty)
  }
}
