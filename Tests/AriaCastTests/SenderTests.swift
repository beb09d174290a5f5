import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct SenderTests {
  /// A sender whose receiver and clock are fakes.
  struct Setting {
    let host: FakeHost
    let time = LeapingTime()
    let receiver: FakeCastReceiver
    let sender: AriaCastSender

    init(greeting: String? = Handshake.ready, failure: HTTPFailure? = nil, refusals: Int = 0) throws {
      host = try FakeHost()
      receiver = FakeCastReceiver(greeting: greeting, failure: failure, refusals: refusals, time: time)
      sender = AriaCastSender(client: receiver, loop: host.loop, blocking: host.context.blocking, time: time)
    }
  }

  @Test func `a file of the receiver's format is sent bit for bit, one message every 20 ms`() async throws {
    let setting = try Setting()
    let sound = ReceiverTests.sound(3_840 * 50 + 400)
    let file = try TemporaryFile(WAVBytes.file(sound: sound))
    let summary = try await setting.sender.run(file: file.path, url: "ws://127.0.0.1:12889")
    #expect(setting.receiver.dialled == ["ws://127.0.0.1:12889/audio"])
    let sent = setting.receiver.peer.sent
    #expect(sent.allSatisfy { $0.bytes.count == 3_840 })
    #expect(sent.flatMap(\.bytes) == sound + [UInt8](repeating: 0, count: 3_440))
    let first = try #require(sent.first?.at)
    #expect(sent.enumerated().allSatisfy { $0.element.at == first + .milliseconds(20 * $0.offset) })
    #expect(summary.messages == 51 && summary.bytes == 51 * 3_840 && summary.late == 0)
    #expect(summary.elapsed == .seconds(1) && summary.sound == .milliseconds(1_020))
    #expect(setting.receiver.peer.closes.first == 1000)
    await setting.host.stop()
  }

  @Test func `progress tells what was sent of how much`() async throws {
    let setting = try Setting()
    let file = try TemporaryFile(WAVBytes.file(sound: ReceiverTests.sound(3_840 * 3)))
    let seen = PthreadLock<[AriaCastSender.Progress]>([])
    _ = try await setting.sender.run(file: file.path, url: "ws://x/audio", realtime: false) { progress in
      seen.withLock { $0.append(progress) }
    }
    let all = seen.withLock { $0 }
    #expect(all.map(\.messages) == [1, 2, 3])
    #expect(all.last?.sent == .milliseconds(60) && all.last?.total == .milliseconds(60))
    await setting.host.stop()
  }

  @Test func `without real time nothing waits but a full queue`() async throws {
    let setting = try Setting(refusals: 7)
    let file = try TemporaryFile(WAVBytes.file(sound: ReceiverTests.sound(3_840 * 10)))
    let summary = try await setting.sender.run(file: file.path, url: "ws://x/audio", realtime: false)
    #expect(summary.messages == 10)
    #expect(summary.elapsed == .milliseconds(35))
    await setting.host.stop()
  }

  @Test(arguments: [44_100, 48_000], [1, 2, 6] as [UInt16])
  func `other formats are sent at 48 kHz in two channels for the same time`(rate: Int, channels: UInt16) async throws {
    let setting = try Setting()
    let format = WAVBytes.format(tag: 1, channels: channels, rate: UInt32(rate), bits: 24)
    let frames = rate / 10
    let file = try TemporaryFile(
      WAVBytes.file(format: format, sound: [UInt8](repeating: 0, count: frames * 3 * Int(channels))))
    let summary = try await setting.sender.run(file: file.path, url: "ws://x/audio", realtime: false)
    // The converter may round the last frame up.
    #expect((5...6).contains(summary.messages))
    await setting.host.stop()
  }

  @Test func `a repeated file goes on without a gap until cancelled`() async throws {
    let setting = try Setting()
    let sound = ReceiverTests.sound(1_000)
    let file = try TemporaryFile(WAVBytes.file(sound: sound))
    let peer = setting.receiver.peer
    let task = Task { [sender = setting.sender, path = file.path] in
      try await sender.run(file: path, url: "ws://x/audio", loop: true) { progress in
        if progress.messages == 20 { unsafe withUnsafeCurrentTask { unsafe $0?.cancel() } }
      }
    }
    let summary = try await task.value
    let sent = peer.sent.flatMap(\.bytes)
    #expect(summary.messages == 20 && peer.sent.count == 20)
    #expect(sent.indices.allSatisfy { sent[$0] == sound[$0 % sound.count] })
    #expect(peer.closes.first == 1000)
    await setting.host.stop()
  }

  @Test func `a receiver that says something else, or nothing, is none`() async throws {
    let file = try TemporaryFile(WAVBytes.file(sound: ReceiverTests.sound(4)))
    for greeting in [#"{"error":"busy"}"#, "hello", nil] {
      let setting = try Setting(greeting: greeting)
      let failure = await #expect(throws: AriaCastSender.Failure.self) {
        _ = try await setting.sender.run(file: file.path, url: "ws://x/audio")
      }
      #expect(failure.map { "\($0)".hasPrefix("no AriaCast receiver: ") } == true)
      #expect(setting.receiver.peer.closes == [1000])
      await setting.host.stop()
    }
  }

  @Test func `a failed connection and an unreadable file are told apart`() async throws {
    let setting = try Setting(failure: HTTPFailure(.connect, "refused"))
    await #expect(throws: AriaCastSender.Failure.file(.system("open", path: "/nowhere", code: 2))) {
      _ = try await setting.sender.run(file: "/nowhere", url: "ws://x/audio")
    }
    let file = try TemporaryFile(WAVBytes.file(sound: []))
    await #expect(throws: AriaCastSender.Failure.connection(HTTPFailure(.connect, "refused"))) {
      _ = try await setting.sender.run(file: file.path, url: "ws://x/audio")
    }
    await setting.host.stop()
  }

  @Test(arguments: [
    ("ws://a:1", "ws://a:1/audio"), ("ws://a:1/", "ws://a:1/audio"), ("ws://a:1/audio", "ws://a:1/audio"),
    ("wss://a/x", "wss://a/x"), ("a:12889", "ws://a:12889/audio"),
  ])
  func `a URL without a path means the audio route`(url: String, dialled: String) {
    #expect(AriaCastSender.address(url) == dialled)
  }
}
