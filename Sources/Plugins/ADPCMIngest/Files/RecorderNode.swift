internal import Glibc
import RouterCore

/// What tells the kinds of recorders apart.
protocol RecorderKind: SendableMetatype {
  associatedtype Config: RecorderConfiguration
  /// Of file names.
  static var ending: String { get }
  static func fillsGaps(_ config: Config) -> Bool
  /// How the files of a stream are laid out.
  static func layout(
    for request: StageRequest, _ config: Config, _ settings: RecorderSettings
  ) throws(StageRefusal) -> FileLayout
}

/// The control half of a recorder: makes stages, tells of finished files, deletes old ones, says when the disk refuses.
///
/// Files are written by the threads of ``Recorder``, which live as long as the node.
actor RecorderNode<Kind: RecorderKind>: LiveNode {
  private let context: NodeContext
  private let counters: RecorderCounters
  private var config: Kind.Config
  private var recorder: Recorder?
  private var shelf = Shelf()
  private var nextTidying = Instant(nanoseconds: 0)
  /// Files of the run before, to be told of.
  private var earlier: [FileEvent] = []
  private let untold: Untold
  /// When files were told of that an uploader may not have in its list yet.
  private var told: [String: Instant] = [:]

  init(_ config: Kind.Config, _ kind: Kind.Type, _ context: NodeContext) {
    self.config = config
    self.context = context
    counters = RecorderCounters(context.metrics)
    untold = Untold(mark: "\(Folder.absolute(context.folder))/.router/recording-\(context.id)")
  }

  deinit { recorder?.end() }

  // MARK: Lifetime

  func prepare() async throws(NodeFailure) {
    let settings = settings
    try await Self.look(at: settings.directory, context.blocking)
    let recorder = try running()
    recorder.use(settings)
    await tidyUp(settings.directory)
    recorder.open()
  }

  /// Tells of files once a second, and fails when the file system has refused something.
  func run() async throws(NodeFailure) {
    for event in earlier {
      await context.graph.emit(event, on: "files")
      told[event.path] = context.time.now
    }
    earlier = []
    while (try? await context.time.sleep(until: context.time.now.nextSecond)) != nil {
      await tell()
      if let trouble = recorder?.trouble { throw Self.failure(trouble, in: settings.directory) }
    }
  }

  func stop() async {
    await recorder?.close(recorder?.trouble == nil ? StreamEnd.stopping.rawValue : "full")
    await tell()
    let untold = untold
    await context.blocking.run { try? untold.end() }
  }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    let (settings, offer) = (settings, request.offer)
    let layout = try Kind.layout(for: request, config, settings)
    let recording = Recording(
      name: RecordingName(offer, origin: request.origin), layout: layout,
      stream: Sidecar.Stream(
        label: offer.label, peer: offer.peer, format: request.format, id: offer.attributes[StreamFacts.stream],
        hardware: offer.attributes[StreamFacts.hardware], handshake: offer.attributes[StreamFacts.handshake]),
      record: offer.record)
    let load = StreamLoad(request.format, offer)
    let recorder: Recorder
    do throws(NodeFailure) { recorder = try running() } catch { throw StageRefusal(error.reason) }
    return MadeStage(
      recorder.record(
        recording, capacity: Int(config.recorder.bufferSeconds * Double(load.bytesPerSecond)),
        largest: load.largestPacket, mayHold: config.recorder.onFull == .wait && offer.record.hold.isOffered))
  }

  func perform(_ action: String, with arguments: JSON) async throws(ActionFailure) -> JSON {
    guard action == "rotate" else { throw ActionFailure("there is no action \"\(action)\"") }
    guard let recorder else { return ["rotated": 0] }
    return ["rotated": .integer(Int64(await recorder.rotate()))]
  }

  // MARK: Options

  func probe(_ config: Kind.Config) async throws(NodeFailure) {
    let directory = config.recorder.directory(in: context.folder)
    if directory != settings.directory { try await Self.look(at: directory, context.blocking) }
  }

  func update(to config: Kind.Config) async {
    let old = settings.directory
    self.config = config
    recorder?.use(settings)
    if settings.directory != old { shelf = await Self.shelf(in: settings.directory, context.blocking) }
    nextTidying = context.time.now
  }

  private var settings: RecorderSettings {
    config.recorder.settings(in: context.folder, fillsGaps: Kind.fillsGaps(config))
  }

  /// The threads, begun with the first need.
  private func running() throws(NodeFailure) -> Recorder {
    if let recorder { return recorder }
    do throws(SystemError) {
      let new = try Recorder(context.id, counters, log: context.log)
      new.use(settings)
      recorder = new
      return new
    } catch {
      throw NodeFailure(.broken, "cannot record: \(error)")
    }
  }

  // MARK: Files

  /// Finds what there is, mends what a crash left, and what was not told before it.
  private func tidyUp(_ directory: String) async {
    await begin(directory)
    let leftovers = Leftovers(directory: directory, ending: Kind.ending, hasSidecars: config.recorder.sidecar)
    let found = await context.blocking.run { leftovers.mend() }
    for file in found {
      context.log.warning("a file was left unfinished and is whole now", ("file", file.path))
      earlier.append(
        FileEvent(
          path: file.path, size: file.size, content: Kind.ending == "wav" ? "wav" : "frames", label: "",
          startedAt: WallTime.now().iso8601, seconds: file.seconds, reason: "repaired"))
    }
    shelf = await Self.shelf(in: directory, context.blocking)
  }

  /// Before anything is mended: that changes times.
  private func begin(_ directory: String) async {
    let untold = untold
    let found = await context.blocking.run { () -> Result<[FileEvent], SystemError> in
      Result { () throws(SystemError) in
        try untold.begin() ? Untold.files(in: directory, ending: Kind.ending) : []
      }
    }
    do throws(SystemError) { earlier += try found.get() } catch {
      context.log.warning("files finished just before a crash will not be told of again", ("error", "\(error)"))
    }
  }

  private func tell() async {
    let finished = recorder?.closer.takeFinished() ?? []
    for file in finished {
      shelf.add(file.path, size: file.size, ending: Kind.ending)
      await context.graph.emit(file, on: "files")
    }
    let now = context.time.now
    told = told.filter { now - $0.value < .seconds(10) }
    if config.recorder.keepUntilUploaded { for file in finished { told[file.path] = now } }
    if !finished.isEmpty || now >= nextTidying {
      nextTidying = now + .seconds(config.recorder.keepUntilUploaded ? 10 : 60)
      await retain()
    }
  }

  /// Deletes what is too old or too much.
  private func retain() async {
    let plan = config.recorder.retention
    guard plan.isNeeded else { return }
    let directory = settings.directory
    let free = plan.keepFree > 0 ? await context.blocking.run { Folder.free(at: directory) } : nil
    let keepsPending = config.recorder.keepUntilUploaded
    let gone = plan.surplus(of: shelf.files, free: free, now: .now()) { file in
      !keepsPending || (told[file.path] == nil && PendingUploads.isDone(file.path))
    }
    guard !gone.isEmpty else { return }
    shelf.remove(gone)
    let failed = await context.blocking.run { () -> SystemError? in
      var failed: SystemError?
      for file in gone {
        do throws(SystemError) {
          try Folder.delete(file.path)
          try Folder.delete(file.path + ".json")
        } catch { failed = error }
      }
      return failed
    }
    counters.deleted.add(gone.count)
    if let failed { context.log.error("an old file cannot be deleted", ("error", "\(failed)")) }
  }

  private static func shelf(in directory: String, _ blocking: any BlockingCalls) async -> Shelf {
    await blocking.run { Shelf(in: directory, ending: Kind.ending) }
  }

  /// Makes the folder and tries to write in it.
  private static func look(at directory: String, _ blocking: any BlockingCalls) async throws(NodeFailure) {
    let refused = await blocking.run { () -> SystemError? in
      do throws(SystemError) {
        try Folder.make(directory)
        try Folder.tryWriting(in: directory)
        return nil
      } catch { return error }
    }
    if let refused { throw failure(refused, in: directory) }
  }

  private static func failure(_ error: SystemError, in directory: String) -> NodeFailure {
    switch error.code {
    case ENOSPC, EDQUOT:
      NodeFailure(
        .missing, "no room for recordings: \(error)",
        hint: "make room in \(directory), or set keepFreeMiB or keepDays; recording goes on by itself")
    case EACCES, EPERM, EROFS, ENOTDIR:
      NodeFailure(
        .blocked, "cannot record: \(error)", hint: "let this user write in \(directory), or choose another folder")
    default: NodeFailure(.broken, "cannot record: \(error)")
    }
  }
}

/// What a stream brings at most.
struct StreamLoad: Equatable, Sendable {
  let bytesPerSecond: Int
  let largestPacket: Int

  init(_ format: StreamFormat, _ offer: StreamOffer) {
    let frame = offer.attributes[StreamFacts.frameSamples].flatMap { Int($0) }
    if format.codec == .pcm {
      bytesPerSecond = format.sampleRate * format.bytesPerFrame
      // Without a word of the sender's: a fifth of a second, or the longest frame of one that sends any.
      largestPacket = (frame == 0 ? 65_535 : frame ?? format.sampleRate / 5) * format.bytesPerFrame
    } else {
      bytesPerSecond = format.sampleRate * format.channels
      largestPacket = format.channels * (4 + (frame == 0 ? 65_535 : frame ?? 4_096) / 2) + 32
    }
  }
}
