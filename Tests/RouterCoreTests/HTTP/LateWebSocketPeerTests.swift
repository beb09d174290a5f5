import RouterCore
import Support
import Testing

@Suite struct LateWebSocketPeerTests {
  @Test func `what is said before the connection stands is kept or refused`() {
    let late = LateWebSocketPeer()
    #expect(!late.isAttached && !late.send(.text("early")))
    late.resume()
    let peer = FakeWebSocketPeer()
    late.attach(peer)
    #expect(late.isAttached && late.send(.text("now")))
    late.resume()
    #expect(peer.sent == [.text("now")] && peer.resumed == 1 && peer.closed == nil)
  }

  @Test func `a goodbye is given when the connection stands, and the first one counts`() {
    let late = LateWebSocketPeer()
    late.close(code: 1000, reason: "superseded")
    late.close(code: 1001, reason: "too late")
    let peer = FakeWebSocketPeer()
    late.attach(peer)
    #expect(peer.closed?.code == 1000 && peer.closed?.reason == "superseded")
  }

  @Test func `a goodbye to one that stands is given at once`() {
    let late = LateWebSocketPeer()
    let peer = FakeWebSocketPeer()
    late.attach(peer)
    late.close(code: 1001, reason: "stopping")
    #expect(peer.closed?.code == 1001)
  }
}
