import Synchronization

/// Options of an `adpcm.ingest` that change while it runs. Any thread; never waits.
final class IngestSettings: Sendable {
  private let hold: Atomic<Int64>
  private let fills: Atomic<Bool>
  private let greeting: Atomic<Int64>

  init(_ config: MicrophoneIngest.Config) {
    hold = Atomic(IngestSettings.nanoseconds(config.holdSeconds))
    fills = Atomic(config.fillGaps)
    greeting = Atomic(IngestSettings.nanoseconds(config.handshakeSeconds))
  }

  func update(to config: MicrophoneIngest.Config) {
    hold.store(IngestSettings.nanoseconds(config.holdSeconds), ordering: .relaxed)
    fills.store(config.fillGaps, ordering: .relaxed)
    greeting.store(IngestSettings.nanoseconds(config.handshakeSeconds), ordering: .relaxed)
  }

  /// Longest time a sender is held; zero holds nobody.
  var holdTime: Duration { .nanoseconds(hold.load(ordering: .relaxed)) }
  var fillsGaps: Bool { fills.load(ordering: .relaxed) }
  /// Time from the connection to the handshake.
  var greetingTime: Duration { .nanoseconds(greeting.load(ordering: .relaxed)) }

  private static func nanoseconds(_ seconds: Double) -> Int64 { Int64(seconds * 1e9) }
}
