import RouterCore
import Support
import Testing

@testable import AriaCast

/// What the speaker and the network do.
extension SpeakerCastTests {
  @Test func `a speaker that goes ends the run, and the next try takes it at once`() async throws {
    let bench = try CastBench()
    let life = try await bench.start()
    let stream = try await bench.host.open(bench.node, format: CastBench.cd)
    await bench.play(Self.sound(messages: 10), into: stream)
    await bench.speaker.audio?.end(code: 1006)
    await bench.host.time.waitForSleepers(1)
    bench.host.time.advance(by: .milliseconds(20))
    let failure = await life.value
    #expect(failure?.kind == .missing)
    #expect(failure?.reason.contains("the receiver ended the connection: 1006") == true)
    await bench.node.stop()
    bench.speaker.refuse("/audio", FakeSpeaker.refusal(403))
    let busy = await #expect(throws: NodeFailure.self) { try await bench.node.prepare() }
    #expect(busy?.reason == "ws://127.0.0.1:12889 is busy: another sender is playing")
    #expect(bench.speaker.control?.closed == 1000)
    bench.speaker.refuse("/audio", nil)
    let again = try await bench.start()
    #expect(bench.speaker.lines("/audio").count == 2)
    await bench.play(Self.sound(messages: 10), into: stream)
    #expect(bench.speaker.audio?.sent.isEmpty == false)
    await bench.stop(again)
  }

  @Test(
    arguments: [
      (1000, "superseded", "another sender has taken"), (1000, "", "ended the cast"),
      (1001, "stopping", "1001 stopping"),
    ] as [(UInt16, String, String)])
  func `the end is told in words`(code: UInt16, reason: String, words: String) async throws {
    let bench = try CastBench()
    let life = try await bench.start()
    let stream = try await bench.host.open(bench.node, format: CastBench.cd)
    await bench.play(Self.sound(messages: 10), into: stream)
    await bench.speaker.audio?.end(code: code, reason: reason)
    await bench.host.time.waitForSleepers(1)
    bench.host.time.advance(by: .milliseconds(20))
    #expect(await life.value?.reason.contains(words) == true)
    await bench.node.stop()
    await bench.host.stop()
  }

  @Test(arguments: [
    (HTTPFailure(.connect, "127.0.0.1:12889: Connection refused"), "cannot reach ws://127.0.0.1:12889"),
    (HTTPFailure(.resolve, "nowhere: no address"), "no address"),
  ])
  func `a speaker out of reach is waited for`(cause: HTTPFailure, words: String) async throws {
    let bench = try CastBench()
    bench.speaker.refuse("/control", cause)
    let failure = await #expect(throws: NodeFailure.self) { try await bench.node.prepare() }
    #expect(failure?.kind == .missing && failure?.reason.contains(words) == true)
    await bench.host.stop()
  }

  @Test func `a speaker that goes while nothing is cast is missed`() async throws {
    let bench = try CastBench()
    let life = try await bench.start()
    await bench.speaker.control?.end(code: 1006)
    let failure = await life.value
    #expect(failure?.reason.contains("is gone") == true)
    await bench.node.stop()
    await bench.host.stop()
  }

  @Test func `a speaker without a control route is cast to all the same`() async throws {
    let bench = try CastBench()
    bench.speaker.refuse("/control", FakeSpeaker.refusal(404))
    let life = try await bench.start()
    let stream = try await bench.host.open(bench.node, format: CastBench.cd)
    await bench.play(Self.sound(messages: 10), into: stream)
    #expect(!bench.heard.isEmpty)
    await bench.stop(life)
  }

  @Test func `volume and wishes of the speaker come out, answers do not`() async throws {
    let bench = try CastBench()
    let life = try await bench.start()
    let control = try #require(bench.speaker.control)
    // Nothing is cast: the wish is another sender's.
    await control.say(#"{"action":"pause"}"#)
    await control.say(#"{"status":"READY","volume_available":true,"current_volume":40}"#)
    await bench.host.graph.wait { _, events in events.count == 1 }
    let stream = try await bench.host.open(bench.node, format: CastBench.cd)
    await bench.play(Self.sound(messages: 10), into: stream)
    for text in [
      #"{"command":"volume","level":40,"success":true}"#, "[1]", "no JSON", #"{"command":"play","success":true}"#,
      #"{"action":"NEXT"}"#, #"{"command":"volume","level":65}"#,
    ] { await control.say(text) }
    await bench.host.graph.wait { _, events in events.count == 3 }
    let events = bench.host.graph.events
    #expect(events.map(\.port) == ["volume", "control", "volume"])
    #expect(events.first?.payload as? VolumeEvent == VolumeEvent(percent: 40))
    #expect(events.dropFirst().first?.payload as? ControlEvent == ControlEvent(.transport(TransportEvent(.next))))
    #expect(events.last?.payload as? VolumeEvent == VolumeEvent(percent: 65))
    await bench.stop(life)
    #expect(bench.host.graph.events.last?.isWithdrawn == true)
  }

  @Test func `what is played is told at the start, on change, each ten seconds and at the end`() async throws {
    let bench = try CastBench()
    let life = try await bench.start()
    var metadata = MetadataEvent()
    metadata.title = "One"
    await bench.node.receive(Event(source: "phone.metadata", payload: metadata), on: "metadata")
    let calls = { bench.host.http.calls }
    #expect(calls().isEmpty)
    let stream = try await bench.host.open(bench.node, format: CastBench.cd)
    await bench.play(Self.sound(messages: 10), into: stream)
    await bench.wait { calls().count == 1 }
    #expect(calls().first?.url == "http://127.0.0.1:12889/metadata" && calls().first?.method == "POST")
    metadata.title = "Two"
    await bench.node.receive(Event(source: "phone.metadata", payload: metadata), on: "metadata")
    await bench.wait { calls().count == 2 }
    await bench.play(Self.sound(messages: 505), into: stream)
    await bench.wait { calls().count == 3 }
    await bench.stop(life)
    await bench.wait { calls().count == 4 }
    let bodies = try calls().map { try JSON(strict: $0.body) }
    #expect(bodies.map { $0["data"]?["title"]?.text } == ["One", "Two", "Two", "Two"])
    #expect(bodies.map { $0["data"]?["isPlaying"]?.flag } == [true, true, true, false])
  }

  // MARK: Names

  @Test func `a speaker is found by its name`() async throws {
    let found = [
      FoundSpeaker(name: "Kitchen", host: "192.168.1.9", port: 12_889, ways: [.udp]),
      FoundSpeaker(name: "Living Room", host: "192.168.1.10", port: 12_900, ways: [.mdns]),
    ]
    let bench = try CastBench(.toSpeaker("living room"), found: found)
    let life = try await bench.start()
    #expect(bench.speaker.control?.url == "ws://192.168.1.10:12900/control")
    #expect(bench.finder.queries.first?.name == "living room")
    await bench.stop(life)
  }

  @Test func `an unknown name waits with the names found`() async throws {
    let found = [
      FoundSpeaker(name: "Kitchen", host: "192.168.1.9", port: 12_889, ways: [.udp]),
      FoundSpeaker(name: "Bath", host: "192.168.1.10", port: 12_889, ways: [.udp]),
    ]
    let bench = try CastBench(.toSpeaker("Kitchn"), found: found)
    let failure = await #expect(throws: NodeFailure.self) { try await bench.node.prepare() }
    #expect(failure?.kind == .missing)
    #expect(failure?.reason == "no speaker on the network is called \"Kitchn\"; found: \"Bath\", \"Kitchen\"")
    #expect(failure?.hint?.hasPrefix("did you mean \"Kitchen\"? ") == true)
    #expect(failure?.hint?.contains("Daemon not running") == true)
    await bench.host.stop()
  }
}
