internal import RouterCore

/// What a speaker shows of itself.
struct SpeakerMetrics: Sendable {
  /// Times the card ran dry.
  let underruns: Metric
  /// Milliseconds from the mix to the air.
  let latency: Metric
  /// Microseconds: the longest delay a stream's buffer holds.
  let bufferDelay: Metric
  /// Thousandths of a ppm: how much faster than nominal the newest stream is read.
  let drift: Metric
  /// Thousandths of a ppm: how much faster than the card's the clock of the newest stream's sender runs.
  let clock: Metric
  /// Times a stream's buffer was empty while it played.
  let streamUnderruns: Metric
  /// Times a backlog of a stream was cut out.
  let trims: Metric
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
    bufferDelay = metrics.gauge(
      "router_speaker_buffer_delay_seconds", "Longest delay a stream's buffer holds", scale: 0.000_001)
    drift = metrics.gauge(
      "router_speaker_drift_ppm", "How much faster than nominal the newest stream is read", scale: 0.001)
    clock = metrics.gauge(
      "router_speaker_clock_ppm", "How much faster than the card's the clock of the newest stream's sender runs",
      scale: 0.001)
    streamUnderruns = metrics.counter(
      "router_speaker_stream_underruns_total", "Times a stream's buffer was empty while it played")
    trims = metrics.counter("router_speaker_trims_total", "Times a backlog of a stream was cut out")
    voices = metrics.gauge("router_speaker_streams", "Streams that reach the sound card")
    running = metrics.gauge("router_speaker_running", "1 while the clock of the sound card runs")
    realtime = metrics.gauge("router_speaker_realtime", "1 if the thread of the sound card has real-time priority")
    openings = metrics.counter("router_speaker_openings_total", "Times the sound card was opened")
  }
}
