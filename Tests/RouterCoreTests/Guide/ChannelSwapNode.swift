import RouterCore

/// The control half: may wait and allocate. This one has nothing to prepare and nothing to run.
struct ChannelSwapNode: Node {
  let config: ChannelSwap.Config

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    let format = request.format
    guard max(config.first, config.second) <= format.channels else {
      throw StageRefusal("the stream has \(format.channels) channels", bridge: "resample")
    }
    return MadeStage(ChannelSwapStage(config, format), output: format)
  }
}
