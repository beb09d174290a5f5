import Glibc
import RouterCore
import Support
import Synchronization
import Testing

@testable import AriaCast

/// What happens when the card is opened.
extension AlsaSinkTests {
  @Test func `a card that is not there is missing, with its exact name and alsa's words`() async throws {
    _ = try PacedCard()
    let bench = try SpeakerBench("hw:CARD=Nowhere")
    let failure = await #expect(throws: NodeFailure.self) { try await bench.start() }
    #expect(failure?.kind == .missing)
    #expect(failure?.reason.hasPrefix("cannot open sound card \"hw:CARD=Nowhere\": ") == true)
    #expect(failure?.reason.contains("(alsa: ") == true)
    #expect(failure?.hint?.hasPrefix("no sound card was found on this machine: plug one in") == true)
    await bench.stop()
  }

  @Test(arguments: [
    (EBUSY, "another program plays on it"), (EACCES, "let this user use sound"), (EPERM, "let this user"),
  ])
  func `a card somebody else holds or guards blocks`(code: Int32, hint: String) async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device("REFUSE=\(code)"))
    let failure = await #expect(throws: NodeFailure.self) { try await bench.start() }
    #expect(failure?.kind == .blocked)
    #expect(failure?.hint?.hasPrefix(hint) == true)
    await bench.stop()
  }

  @Test func `a card is closed when its speaker has ended, for the next one to open`() async throws {
    let card = try PacedCard()
    let desk = try SpeakerBench(card.device("ALONE=1"))
    for _ in 0..<100 {
      try await desk.node.prepare()
      await desk.node.stop()
    }
    try await desk.node.prepare()
    let other = try SpeakerBench(card.device("ALONE=1"))
    let failure = await #expect(throws: NodeFailure.self) { try await other.node.prepare() }
    #expect(failure?.reason.contains("Device or resource busy") == true)
    await other.stop()
    await desk.stop()
  }

  @Test func `a stream without a card passes silently`() async throws {
    let card = try PacedCard()
    let bench = try SpeakerBench(card.device())
    let stream = try await bench.open(Self.stereo)
    await stream.send([Int16](repeating: 5, count: 9600).pcmBytes)
    #expect(stream.record.queuedFrames.load(ordering: .relaxed) == 0)
    await stream.close()
    await bench.stop()
    #expect(card.played.isEmpty)
  }

  @Test func `cards are listed by the names that open them`() throws {
    _ = try PacedCard()
    #expect(AlsaSink.choices()["device"]?.contains("paced") == true)
  }
}
