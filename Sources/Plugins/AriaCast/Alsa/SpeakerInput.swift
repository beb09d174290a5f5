internal import RouterCore
internal import Synchronization

/// One stream that reaches the speaker, for as long as the stream lives: through any number of openings of the card.
///
/// Shared by the control side, which connects it to the card, and its stage.
final class SpeakerInput: Sendable {
  let format: StreamFormat
  let record: PathRecord
  /// Raised with every stream of the node: the largest is the newest.
  let order: Int
  private let handoff = VoiceHandoff()
  private let isConnected = Atomic<Bool>(false)
  private let isFinished = Atomic<Bool>(false)

  init(format: StreamFormat, record: PathRecord, order: Int) {
    self.format = format
    self.record = record
    self.order = order
  }

  // MARK: Control side

  /// The stream is over; it needs no voice any more.
  var isOver: Bool { isFinished.load(ordering: .sequentiallyConsistent) }

  /// Sends the stream's next packets into `voice`.
  func connect(_ voice: consuming SpeakerVoice) {
    handoff.offer(voice)
    isConnected.store(true, ordering: .releasing)
    guard isOver else { return }
    var late: SpeakerVoice?
    handoff.take(&late)
    late?.writer.finish()
  }

  /// Lets packets pass silently: there is no card.
  func disconnect() { isConnected.store(false, ordering: .releasing) }

  // MARK: On the loop

  /// The voice to write to now; false while there is no card. Data thread.
  @inline(__always)
  func refresh(_ voice: inout SpeakerVoice?) -> Bool {
    guard isConnected.load(ordering: .acquiring) else { return false }
    handoff.take(&voice)
    return true
  }

  /// Ends the stream: what is buffered is played out. Called once.
  func finish(_ voice: inout SpeakerVoice?) {
    isFinished.store(true, ordering: .sequentiallyConsistent)
    handoff.take(&voice)
    voice?.writer.finish()
  }
}
