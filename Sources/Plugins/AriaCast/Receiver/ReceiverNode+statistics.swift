import RouterCore
import Synchronization

/// `/stats`: one message at once, then one a second.
extension ReceiverNode {
  func talkStatistics(_ talk: Conversation) async {
    let client = nextClient()
    watchers.join(client, talk.peer)
    watchers.send(statistics.json.compact, to: client)
    // Nothing is expected of the client; reading its messages keeps it read.
    for await _ in talk.messages { talk.answered() }
    watchers.leave(client)
  }

  func sendStatistics() {
    if watchers.count > 0 { watchers.sendToAll(statistics.json.compact) }
  }

  /// Of the session that has the receiver; zeros without one.
  private var statistics: CastStatistics {
    guard let state = holderState else { return CastStatistics() }
    let record = state.record
    return CastStatistics(
      received: state.messages.load(ordering: .relaxed), played: record.playedPeriods.load(ordering: .relaxed),
      underruns: record.underruns.load(ordering: .relaxed), overruns: record.overruns.load(ordering: .relaxed),
      dropped: state.dropped.load(ordering: .relaxed), queuedFrames: record.queuedFrames.load(ordering: .relaxed),
      capacityFrames: record.queueCapacityFrames.load(ordering: .relaxed),
      sampleRate: state.rate.load(ordering: .relaxed))
  }

  /// What the two halves of the current sender's session share.
  var holderState: SessionState? { takeOver.holder.flatMap { seats[$0.session]?.state } }

  /// Where sound comes from now.
  var audioHost: String? { holderState?.peer.host }
}
