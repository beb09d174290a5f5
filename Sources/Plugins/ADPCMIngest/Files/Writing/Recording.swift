import RouterCore
import Synchronization

/// What the two halves of one recorded stream share: its stage on the data path and the recorder's thread.
final class Recording: Sendable {
  let name: RecordingName
  let layout: FileLayout
  let stream: Sidecar.Stream
  let record: PathRecord
  /// The stage asks the source to wait; set by the stage alone, taken back by the thread alone.
  let isAsking = Atomic<Bool>(false)
  /// Why the stream is over, as one more than the place in `StreamEnd.allCases`; 0 while it goes on.
  private let ending = Atomic<Int>(0)

  init(name: RecordingName, layout: FileLayout, stream: Sidecar.Stream, record: PathRecord) {
    self.name = name
    self.layout = layout
    self.stream = stream
    self.record = record
  }

  /// The last word of the stage, after everything it wrote. Data thread.
  func end(_ end: StreamEnd) {
    let place = StreamEnd.allCases.firstIndex(of: end) ?? 0
    ending.store(place + 1, ordering: .releasing)
  }

  /// Why the stream is over; what the stage wrote before can be read by then.
  var end: StreamEnd? {
    let place = ending.load(ordering: .acquiring)
    return place == 0 ? nil : StreamEnd.allCases[place - 1]
  }
}
