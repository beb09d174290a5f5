import RouterCore
import Support

@testable import AriaCast

/// An `ariacast.sender` in a fake host, whose clock a test moves 20 ms at a time.
struct CastBench {
  static let cd = CastFormat.stream(at: 48_000)
  let host: FakeHost
  let speaker = FakeSpeaker()
  let finder: FakeFinder
  let node: SpeakerCastNode

  init(_ config: SpeakerCast.Config = .toURL, found: [FoundSpeaker] = []) throws {
    host = try FakeHost(node: "cast", sockets: speaker)
    finder = FakeFinder(found)
    node = SpeakerCastNode(config, host.context, finder: finder)
    host.http.answer { _ throws(HTTPFailure) in HTTPAnswer(status: 200, fields: HTTPFields(), body: []) }
  }

  /// Prepares the node and runs it until it fails or is cancelled.
  /// - Throws: `NodeFailure` as `prepare` does.
  func start() async throws -> Task<NodeFailure?, Never> {
    try await node.prepare()
    return Task {
      do throws(NodeFailure) { try await node.run() } catch { return error }
      return nil
    }
  }

  func stop(_ life: Task<NodeFailure?, Never>) async {
    life.cancel()
    _ = await life.value
    await node.stop()
    await host.stop()
  }

  /// Moves the clock by one message, once the node waits for it.
  func tick(_ count: Int = 1) async {
    for _ in 0..<count {
      await host.time.waitForSleepers(1)
      await host.advance(by: .milliseconds(20))
    }
    await host.time.waitForSleepers(1)
  }

  /// Pushes sound as it is played, 20 ms at a time.
  func play(_ sound: [UInt8], into stream: FakeStream) async {
    let size = stream.format.bytesPerFrame * stream.format.sampleRate / 50
    for place in stride(from: 0, to: sound.count, by: size) {
      await stream.push(Array(sound[place..<min(place + size, sound.count)]))
      await tick()
    }
  }

  /// Everything cast, without the silence before it.
  var heard: [UInt8] { Array((speaker.audio?.sent ?? []).flatMap { $0 }.drop { $0 == 0 }) }

  func metric(_ name: String) -> Int { host.context.metrics.counter(name, "").current }

  /// Returns once `condition` holds; for what tasks of the node do beside its clock.
  func wait(until condition: () -> Bool) async { while !condition() { await Task.yield() } }
}

extension SpeakerCast.Config {
  static var toURL: SpeakerCast.Config {
    var config = SpeakerCast.Config()
    config.url = "ws://127.0.0.1:12889"
    return config
  }

  static func toSpeaker(_ name: String) -> SpeakerCast.Config {
    var config = SpeakerCast.Config()
    config.speaker = name
    return config
  }
}

extension SpeakerCastNode {
  /// Streams it holds.
  var streams: Int { mixer.count }
}
