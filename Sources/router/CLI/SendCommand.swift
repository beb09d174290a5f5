import AriaCast
import RouterCore
import RouterWeb

/// `router send`: the streaming client.
enum SendCommand: Command {
  static let name = "send"
  static let usage = "router send FILE [URL] --codec ariacast [--loop] [--fast]"
  static let summary = "streams a WAV file to a receiver, in real time, with a progress bar"
  static let flags = [
    Flag("--codec", value: "CODEC", help: "ariacast: 48 kHz stereo to an AriaCast receiver"),
    Flag("--loop", help: "begins again at the end, until interrupted"),
    Flag("--fast", help: "as fast as the receiver takes it, not in real time"),
    Flag("--json", help: "prints the summary as JSON"),
  ]
  static let positional = ["FILE", "URL"]
  static let defaultURL = "ws://127.0.0.1:12889/audio"

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    guard let file = arguments.positional.first else { throw UsageError("which file?") }
    guard arguments.value("--codec") == "ariacast" else { throw UsageError("--codec takes ariacast") }
    let url = arguments.positional.count > 1 ? arguments.positional[1] : defaultURL
    do throws(SystemError) {
      let group = try LoopGroup(count: 1)
      group.start()
      defer { Task { await group.stop() } }
      let pool = BlockingPool()
      let sender = AriaCastSender(client: WebSocketDialer(blocking: pool), loop: group.loops[0], blocking: pool)
      return await send(file, to: url, by: sender, arguments)
    } catch {
      Terminal.error("router send: \(error)")
      return 1
    }
  }

  private static func send(
    _ file: String, to url: String, by sender: AriaCastSender, _ arguments: Arguments
  ) async -> Int32 {
    let bar = ProgressBar(label: "sending")
    do throws(AriaCastSender.Failure) {
      let summary = try await sender.run(
        file: file, url: url, realtime: !arguments.has("--fast"), loop: arguments.has("--loop")
      ) { progress in bar.show(progress.sent, of: progress.total) }
      bar.end()
      say(summary, json: arguments.has("--json"))
      return 0
    } catch {
      bar.end()
      Terminal.error("router send: \(isAboutFile(error) ? file : url): \(error)")
      return 1
    }
  }

  private static func isAboutFile(_ failure: AriaCastSender.Failure) -> Bool {
    switch failure {
    case .file, .conversion: true
    case .connection, .handshake, .closed: false
    }
  }

  private static func say(_ summary: AriaCastSender.Summary, json: Bool) {
    let seconds = summary.elapsed.seconds
    let rate = seconds > 0 ? Double(summary.messages) / seconds : 0
    if json {
      let object: JSON = [
        "messages": .integer(Int64(summary.messages)), "bytes": .integer(Int64(summary.bytes)),
        "soundSeconds": .number(summary.sound.seconds), "elapsedSeconds": .number(seconds),
        "messagesPerSecond": .number(rate), "late": .integer(Int64(summary.late)),
      ]
      return Terminal.out(object.compact)
    }
    let sound = ProgressBar.clock(summary.sound)
    Terminal.out(
      "sent \(sound) in \(summary.messages) messages, \(Int(rate.rounded())) per second, \(summary.late) late")
  }
}
