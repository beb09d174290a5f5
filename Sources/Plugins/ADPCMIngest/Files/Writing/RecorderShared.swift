import RouterCore
import Synchronization

/// What the node, the stages and the thread of one recorder share. Any thread.
final class RecorderShared: Sendable {
  let counters: RecorderCounters
  /// Wakes the thread that writes.
  let wakeUp: WakePipe
  /// What comes is thrown away: the disk takes nothing, or the node does not run.
  let isDropping = Atomic<Bool>(true)

  init(_ counters: RecorderCounters) throws(SystemError) {
    self.counters = counters
    wakeUp = try WakePipe()
  }
}

/// The metrics of one recorder.
struct RecorderCounters: Sendable {
  let received: Metric
  let noRoom: Metric
  let notWritten: Metric
  let written: Metric
  let durable: Metric
  let files: Metric
  let open: Metric
  let errors: Metric
  let deleted: Metric

  init(_ metrics: NodeMetrics) {
    received = metrics.counter("router_recorder_received_frames_total", "Frames that came to be recorded")
    let dropped = "Frames that are in no file, by reason"
    noRoom = metrics.counter("router_recorder_dropped_frames_total", dropped, reason: "slow-disk")
    notWritten = metrics.counter("router_recorder_dropped_frames_total", dropped, reason: "no-disk")
    written = metrics.counter("router_recorder_written_bytes_total", "Bytes handed to the file system")
    durable = metrics.counter("router_recorder_durable_bytes_total", "Bytes of files that are finished and on the disk")
    files = metrics.counter("router_recorder_files_total", "Files finished")
    open = metrics.gauge("router_recorder_open_files", "Files being written")
    errors = metrics.counter("router_recorder_errors_total", "Writes the file system refused")
    deleted = metrics.counter("router_recorder_deleted_files_total", "Files deleted because they were old or too many")
  }
}
