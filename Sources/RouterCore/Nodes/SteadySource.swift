/// Keeps one stream open while a node runs, and asks for a block of it every 20 ms on the node's loop.
struct SteadySource: Sendable {
  /// Lends block `number` to the stream; false when the stream is over. Data thread.
  typealias Push = @Sendable (_ stream: StreamID, _ number: UInt64, _ loop: isolated Loop) -> Bool

  let context: NodeContext
  let format: StreamFormat

  /// Frames of every block.
  var frames: Int { BlockClock(sampleRate: format.sampleRate, start: context.time.now).frames }

  /// Returns when the task is cancelled. A stream that somebody else closes comes back after a second.
  func run(_ push: @escaping Push) async {
    while !Task.isCancelled {
      await playOneStream(push)
      do { try await context.time.sleep(until: context.time.now + .seconds(1)) } catch { return }
    }
  }

  private func playOneStream(_ push: @escaping Push) async {
    let offer = StreamOffer(format: format, peer: "local", label: context.label)
    let stream = await context.graph.open(offer, on: context.loop)
    let over = Latch()
    await context.loop.perform { [format] loop in
      let clock = BlockClock(sampleRate: format.sampleRate, start: loop.time.now)
      BlockPacer.start(clock, on: loop) { number, loop in
        if push(stream, number, loop) { return true }
        over.open()
        return false
      }
    }
    await over.wait()
    await context.graph.close(stream, .stopping)
  }
}
