internal import RouterCore

/// What a speaker shows of itself.
struct SpeakerMetrics: Sendable {
  /// Times the card ran dry.
  let underruns: Metric
  /// Milliseconds from the mix to the air.
  let latency: Metric
  /// Streams that reach the card.
  let voices: Metric
  /// 1 while the card's clock runs, 0 while it rests or is absent.
  let running: Metric
  /// 1 if the card's thread has real-time priority.
  let realtime: Metric
  /// Times the card was opened.
  let openings: Metric

  init(_ metrics: NodeMetrics) {
    underruns = metrics.counter("router_speaker_card_underruns_total", "Times the sound card ran dry")
    latency = metrics.gauge("router_speaker_card_latency_seconds", "Delay from the mix to the air", scale: 0.001)
    voices = metrics.gauge("router_speaker_streams", "Streams that reach the sound card")
    running = metrics.gauge("router_speaker_running", "1 while the clock of the sound card runs")
    realtime = metrics.gauge("router_speaker_realtime", "1 if the thread of the sound card has real-time priority")
    openings = metrics.counter("router_speaker_openings_total", "Times the sound card was opened")
  }
}
