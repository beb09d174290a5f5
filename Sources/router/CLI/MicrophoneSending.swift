import ADPCMIngest
import RouterCore
import RouterWeb

/// `router send --codec adpcm|pcm`: a file as one or many microphones.
struct MicrophoneSending {
  private let plan: IngestSender.Plan
  private let isJSON: Bool

  init(_ arguments: Arguments, file: String, url: String?, isADPCM: Bool) throws(UsageError) {
    var plan = IngestSender.Plan(file: file, url: url ?? "ws://127.0.0.1:5096/ws")
    plan.isADPCM = isADPCM
    plan.streams = try MicrophoneSending.number(arguments, "--streams", 1...20_000) ?? 1
    plan.firstID = UInt32(try MicrophoneSending.number(arguments, "--stream-id", 0...4_294_967_295) ?? 1)
    if let text = arguments.value("--frame-ms") {
      guard let length = Double(text), length > 0, length <= 10_000 else {
        throw UsageError("--frame-ms takes milliseconds")
      }
      plan.frameMs = length
    }
    if file == "-", plan.streams > 1 { throw UsageError("standard input makes one stream only") }
    plan.hardware = arguments.value("--hwid")
    plan.isRealtime = arguments.has("--realtime")
    plan.isRepeated = arguments.has("--loop")
    self.plan = plan
    isJSON = arguments.has("--json")
  }

  private static func number(_ arguments: Arguments, _ flag: String, _ range: ClosedRange<Int>) throws(UsageError)
    -> Int?
  {
    guard let text = arguments.value(flag) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError("\(flag) takes \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// - Returns: 0 if every stream was answered with 1000.
  func run() async -> Int32 {
    let bar = ProgressBar(label: plan.streams == 1 ? "sending" : "sending \(plan.streams) streams")
    do {
      let group = try LoopGroup(count: 1)
      group.start()
      defer { Task { await group.stop() } }
      let pool = BlockingPool()
      let sender = IngestSender(client: WebSocketDialer(blocking: pool), loop: group.loops[0], blocking: pool)
      let begun = Instant.now()
      let results = try await sender.run(plan) { sent, total in bar.show(sent, of: total) }
      bar.end()
      let summary = IngestSummary(results, elapsed: .now() - begun)
      Terminal.out(isJSON ? summary.json.compact : summary.text)
      return summary.isGood ? 0 : 1
    } catch let failure as IngestSender.Failure {
      bar.end()
      Terminal.error("router send: \(about(failure))\(failure)\(hint)")
    } catch {
      Terminal.error("router send: \(error)")
    }
    return 1
  }

  /// The file's name, where the words that follow do not say it.
  private func about(_ failure: IngestSender.Failure) -> String {
    if case .file(.system) = failure { "" } else { "\(plan.file): " }
  }

  private var hint: String {
    plan.file == SendCommand.defaultFile ? "; name a WAV file, or run this in the folder of the router's source" : ""
  }
}

/// What `router send` says when it is done. Pure.
struct IngestSummary {
  let results: [IngestSender.Result]
  let elapsed: Duration

  init(_ results: [IngestSender.Result], elapsed: Duration) {
    self.results = results
    self.elapsed = elapsed
  }

  var isGood: Bool { !results.isEmpty && results.allSatisfy(\.isGood) }
  private var frames: Int { results.reduce(0) { $0 + $1.frames } }
  private var bytes: Int { results.reduce(0) { $0 + $1.bytes } }
  private var sound: Duration { results.map(\.sound).max() ?? .zero }

  /// How many streams ended in which way, the commonest first.
  private var ends: [(text: String, count: Int)] {
    var counts: [String: Int] = [:]
    for result in results {
      let text = result.failure ?? (result.code == 0 ? "no answer" : "\(result.code) \(result.reason)")
      counts[text, default: 0] += 1
    }
    return counts.map { ($0.key, $0.value) }.sorted { ($1.count, $0.text) < ($0.count, $1.text) }
  }

  private func rate(_ amount: Int) -> Int { elapsed > .zero ? Int(Double(amount) / elapsed.seconds) : 0 }

  var text: String {
    let each = results.count == 1 ? "" : " in each of \(results.count) streams"
    let late = results.map(\.latest).max() ?? .zero
    let seconds = (elapsed.seconds * 100).rounded() / 100
    var lines = [
      "sent \(ProgressBar.clock(sound))\(each): \(frames) frames, \(bytes) bytes in \(seconds) s, "
        + "\(rate(frames)) frames and \(rate(bytes) / 1000) kB per second"
        + (late > .zero ? ", at most \(late.nanoseconds / 1_000_000) ms late" : "")
    ]
    lines += ends.map { "\($0.count) \($0.count == 1 ? "stream" : "streams"): \($0.text)" }
    return lines.joined(separator: "\n")
  }

  var json: JSON {
    [
      "streams": .array(
        results.map { result in
          [
            "stream": .integer(Int64(result.stream)), "frames": .integer(Int64(result.frames)),
            "bytes": .integer(Int64(result.bytes)), "soundSeconds": .number(result.sound.seconds),
            "elapsedSeconds": .number(result.elapsed.seconds),
            "latestMs": .number(Double(result.latest.nanoseconds) / 1e6), "closeCode": .integer(Int64(result.code)),
            "closeReason": .string(result.reason), "failure": result.failure.map { .string($0) } ?? .null,
          ]
        }),
      "frames": .integer(Int64(frames)), "bytes": .integer(Int64(bytes)), "elapsedSeconds": .number(elapsed.seconds),
      "framesPerSecond": .integer(Int64(rate(frames))),
    ]
  }
}
