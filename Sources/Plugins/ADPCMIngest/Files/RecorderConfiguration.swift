public import RouterCore

/// What a recorder does when the disk is behind.
public enum WhenFull: String, OptionValue, CaseIterable { case wait, drop }

/// Options of both recorders.
public struct RecorderOptions: Sendable, Equatable {
  var directory = "data/received"
  /// Seconds; 0: never.
  var rotateSeconds = 10.0
  /// Bytes; 0: never.
  var rotateBytes = 0
  /// Days; 0: for ever.
  var keepDays = 0.0
  /// 0: any number.
  var keepFiles = 0
  /// MiB; 0: the disk may fill up.
  var keepFreeMiB = 0
  var keepUntilUploaded = false
  var sidecar = true
  var onFull = WhenFull.wait
  /// Seconds.
  var bufferSeconds = 2.0
}

/// A config with the options of recorders.
public protocol RecorderConfiguration: Configuration {
  var recorder: RecorderOptions { get set }
}

extension RecorderConfiguration {
  static var recorderOptions: [Option<Self>] {
    [
      Option(
        "directory", \.recorder.directory, live: true,
        "Folder of the files; a relative one counts from the folder of the routes document. A sender with a hardware id "
          + "gets a folder of its own in it."),
      Option(
        "rotateSeconds", \.recorder.rotateSeconds, 0...86_400, unit: "s", live: true,
        "A file is finished so long after its first packet, also when nothing more comes. 0: never."),
      Option(
        "rotateBytes", \.recorder.rotateBytes, 0...1_000_000_000_000, unit: "bytes", live: true,
        "A file is finished before it grows beyond this. 0: never."),
      Option(
        "keepDays", \.recorder.keepDays, 0...36_500, unit: "days", live: true,
        "Finished files older than this are deleted. 0: never."),
      Option(
        "keepFiles", \.recorder.keepFiles, 0...100_000_000, live: true,
        "So many finished files are kept, the oldest are deleted. 0: all."),
      Option(
        "keepFreeMiB", \.recorder.keepFreeMiB, 0...1_000_000_000, unit: "MiB", live: true,
        "The oldest finished files are deleted while less is free on the disk. 0: never."),
      Option(
        "keepUntilUploaded", \.recorder.keepUntilUploaded, live: true,
        "No file is deleted that an s3.uploader has still to put into its store; nor is any while there is no uploader."
      ),
      Option(
        "sidecar", \.recorder.sidecar, live: true,
        "Puts a .json beside each finished file: who sent it, first and last number, gaps, why it ended."),
      Option(
        "onFull", \.recorder.onFull, live: true,
        "While the disk is behind, wait holds a sender that can wait (adpcm.ingest); drop throws sound away and counts "
          + "it. For streams that come from then on."),
      Option(
        "bufferSeconds", \.recorder.bufferSeconds, 0.1...60, unit: "s", live: true,
        "Sound of one stream that may wait for the disk. For streams that come from then on."),
    ]
  }
}

extension RecorderOptions {
  /// - Parameter folder: Where relative paths count from.
  /// - Returns: an absolute path.
  func directory(in folder: String) -> String {
    var path = directory.hasPrefix("/") ? directory : "\(Folder.absolute(folder))/\(directory)"
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  func settings(in folder: String, fillsGaps: Bool) -> RecorderSettings {
    RecorderSettings(
      directory: directory(in: folder), rotateAfter: .nanoseconds(Int64(rotateSeconds * 1e9)),
      rotateBytes: rotateBytes, hasSidecars: sidecar, fillsGaps: fillsGaps)
  }

  var retention: RetentionPlan {
    RetentionPlan(keepDays: keepDays, keepFiles: keepFiles, keepFree: keepFreeMiB << 20)
  }
}
