import RouterCore
import Support
import Testing

@testable import ADPCMIngest

@Suite struct IngestSessionTests {
  private static func take(_ session: inout IngestSession, _ bytes: [UInt8], isText: Bool = false)
    -> IngestSession.Action
  {
    unsafe session.message(bytes.span.bytes, isText: isText)
  }

  private static func frame(_ sequence: UInt32, payload: Int = 84) -> [UInt8] {
    IngestFrame(codec: .adpcm, sequence: sequence).head(payload: payload) + [UInt8](repeating: 0, count: payload)
  }

  @Test func `a handshake opens, frames follow, numbers are watched`() {
    var session = IngestSession()
    #expect(Self.take(&session, ProtocolTests.handshake.bytes) == .open(ProtocolTests.handshake))
    #expect(Self.take(&session, Self.frame(9)) == .frame(sequence: 9, .next))
    #expect(Self.take(&session, Self.frame(12)) == .frame(sequence: 12, .gap(2)))
    #expect(Self.take(&session, Self.frame(12)) == .frame(sequence: 12, .duplicate))
    #expect(Self.take(&session, Self.frame(13, payload: 4)) == .frame(sequence: 13, .next))
  }

  @Test func `text is refused at any time, and nothing is taken afterwards`() {
    for opens in [false, true] {
      var session = IngestSession()
      if opens { _ = Self.take(&session, ProtocolTests.handshake.bytes) }
      #expect(Self.take(&session, Array("hello".utf8), isText: true) == .refuse(.text))
      #expect(Self.take(&session, ProtocolTests.handshake.bytes) == .nothing)
      #expect(Self.take(&session, Self.frame(0)) == .nothing)
    }
    #expect(IngestSession.Refusal.text.code == 1003 && IngestSession.Refusal.text.reason == "binary required")
  }

  @Test func `a frame is no handshake and a handshake is no frame`() {
    var session = IngestSession()
    #expect(Self.take(&session, Self.frame(0)) == .refuse(.handshake))
    session = IngestSession()
    _ = Self.take(&session, ProtocolTests.handshake.bytes)
    #expect(Self.take(&session, ProtocolTests.handshake.bytes) == .refuse(.frame(.head)))
    #expect(IngestSession.Refusal.handshake.code == 1008)
    #expect(IngestSession.Refusal.handshake.reason == "invalid handshake")
  }

  @Test func `an empty PCM frame is ignored but its number counts`() {
    var session = IngestSession()
    var pcm = ProtocolTests.handshake
    pcm.codec = .pcm
    _ = Self.take(&session, pcm.bytes)
    #expect(Self.take(&session, IngestFrame(codec: .pcm, sequence: 0).head(payload: 0)) == .empty)
    let next = IngestFrame(codec: .pcm, sequence: 1).head(payload: 2) + [1, 2]
    #expect(Self.take(&session, next) == .frame(sequence: 1, .next))
  }
}
