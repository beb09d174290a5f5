import ADPCMIngest
import AriaCast
import RouterCore
import RouterWeb

/// `router send`: the streaming client.
enum SendCommand: Command {
  static let name = "send"
  static let usage = "router send [FILE] [URL] [--codec adpcm|pcm|ariacast] [--streams N] [--realtime] [--loop]"
  static let summary = "streams a WAV file as microphones or as a phone do, with a progress bar"
  static let flags = [
    Flag(
      "--codec", value: "CODEC",
      help: "adpcm (default) or pcm: to the microphones' entrance; ariacast: 48 kHz stereo to an AriaCast receiver"),
    Flag("--streams", value: "N", help: "adpcm, pcm: so many connections, each with the whole file (1)"),
    Flag("--stream-id", value: "ID", help: "adpcm, pcm: id of the first stream, the others count on (1)"),
    Flag("--frame-ms", value: "MS", help: "adpcm, pcm: length of a frame (20)"),
    Flag("--hwid", value: "ID", help: "adpcm, pcm: hardware id; {n} in it is the number of the stream"),
    Flag("--realtime", help: "adpcm, pcm: in real time, not as fast as it is taken"),
    Flag("--loop", help: "begins again at the end, until interrupted"),
    Flag("--fast", help: "ariacast: as fast as the receiver takes it, not in real time"),
    Flag("--json", help: "prints the summary as JSON"),
  ]
  static let positional = ["FILE", "URL"]
  static let defaultFile = "data/sine_pcm16.wav"
  private static let codecs = ["adpcm", "pcm", "ariacast"]

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    let codec = arguments.value("--codec") ?? "adpcm"
    guard codecs.contains(codec) else { throw UsageError("--codec takes adpcm, pcm or ariacast") }
    // A file has no "://" in its name that anybody would write.
    let words = arguments.positional
    let isURLFirst = words.first?.contains("://") == true
    let file = isURLFirst ? defaultFile : words.first ?? defaultFile
    let url = isURLFirst ? words.first : words.dropFirst().first
    if codec == "ariacast" {
      try refuse(["--streams", "--stream-id", "--frame-ms", "--hwid", "--realtime"], arguments, codec)
      return await cast(file, to: url ?? "ws://127.0.0.1:12889/audio", arguments)
    }
    try refuse(["--fast"], arguments, codec)
    return try await MicrophoneSending(arguments, file: file, url: url, isADPCM: codec == "adpcm").run()
  }

  private static func refuse(_ flags: [String], _ arguments: Arguments, _ codec: String) throws(UsageError) {
    for flag in flags where arguments.has(flag) || arguments.value(flag) != nil {
      throw UsageError("\(flag) does not go with --codec \(codec)")
    }
  }

  private static func cast(_ file: String, to url: String, _ arguments: Arguments) async -> Int32 {
    do throws(SystemError) {
      let group = try LoopGroup(count: 1)
      group.start()
      defer { Task { await group.stop() } }
      let pool = BlockingPool()
      let sender = AriaCastSender(client: WebSocketDialer(blocking: pool), loop: group.loops[0], blocking: pool)
      return await cast(file, to: url, by: sender, arguments)
    } catch {
      Terminal.error("router send: \(error)")
      return 1
    }
  }

  private static func cast(
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
