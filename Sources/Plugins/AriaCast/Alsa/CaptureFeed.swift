internal import RouterCore

/// Takes recorded periods out of the ring and pushes them into a stream, on the loop, a period at a time.
@safe final class CaptureFeed: @unchecked Sendable {
  // Unchecked: made on the card's thread before anybody else knows it, then touched on the node's loop only.
  private var drain: CaptureDrain
  private let microphone: Microphone
  private let interval: Duration
  private var stream: StreamID?
  private var over: OneShot<Void>?
  private var timer: TimerID?

  init(_ reader: consuming RingReader, _ microphone: Microphone, _ format: CardFormat) {
    drain = CaptureDrain(reader, format)
    self.microphone = microphone
    interval = format.duration(ofFrames: format.periodFrames)
  }

  /// Sends what is recorded from now on into `stream`; `over` is fulfilled when that stream or the recording has ended.
  func begin(_ stream: StreamID, over: OneShot<Void>, on loop: isolated Loop) {
    self.stream = stream
    self.over = over
    drain.restart()
    timer = loop.schedule(at: loop.time.now, every: interval) { self.tick(on: $0) }
  }

  /// Pushes what is there. Data thread.
  private func tick(on loop: isolated Loop) {
    let isLast = microphone.isOver
    guard let stream, let source = loop.source(stream), drain.push(into: source), !isLast else {
      return finish(on: loop)
    }
  }

  private func finish(on loop: isolated Loop) {
    if let timer { loop.cancel(timer) }
    timer = nil
    stream = nil
    over?.fulfil(())
    over = nil
  }
}
