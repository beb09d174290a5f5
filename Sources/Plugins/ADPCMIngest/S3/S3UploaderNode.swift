internal import Glibc
import RouterCore

/// The control half of `s3.uploader`: keeps the queue, uploads, tries again.
actor S3UploaderNode: Node {
  /// So often a store may refuse one file before it is given up; it stays on the disk.
  private static let tries = 5

  private let config: S3Uploader.Config
  private let context: NodeContext
  private let uploaded: Metric
  private let bytes: Metric
  private let failures: Metric
  private let givenUp: Metric
  private let waiting: Metric
  private var queue: UploadQueue?
  private var client: S3Client?
  private var refusals: [String: Int] = [:]
  /// Files that came and are not in the list yet: taking an event must be quick.
  private var fresh: [String] = []
  private var isSaidUnsaved = false

  init(_ config: S3Uploader.Config, _ context: NodeContext) {
    self.config = config
    self.context = context
    let metrics = context.metrics
    uploaded = metrics.counter("router_s3_uploaded_files_total", "Files the store has taken")
    bytes = metrics.counter("router_s3_uploaded_bytes_total", "Bytes of those files")
    failures = metrics.counter("router_s3_failures_total", "Uploads that did not succeed")
    givenUp = metrics.counter("router_s3_given_up_files_total", "Files the store refused again and again")
    waiting = metrics.gauge("router_s3_waiting_files", "Files that are not in the store yet")
  }

  deinit { if let queue { PendingUploads.remove(queue.known) } }

  func prepare() async throws(NodeFailure) {
    if queue == nil {
      let file = "\(Folder.absolute(context.folder))/.router/upload-\(context.id).queue"
      let read = await context.blocking.run { Result { () throws(SystemError) in try UploadQueue(file: file) } }
      do throws(SystemError) { queue = try read.get() } catch {
        throw NodeFailure(.blocked, "the list of files to upload cannot be kept: \(error)")
      }
    }
    if let queue { PendingUploads.add(queue.known) }
    let target = try S3Target(config) { name in
      guard let value = unsafe getenv(name) else { return nil }
      return unsafe String(cString: value)
    }
    client = S3Client(target: target, http: context.http, blocking: context.blocking)
    await save()
    context.log.info("files go to a store", ("store", "\(target.scheme)://\(target.host)"), ("bucket", target.bucket))
  }

  /// Uploads what waits, and looks for more each second.
  func run() async throws(NodeFailure) {
    while !Task.isCancelled {
      await save()
      let next = Array((queue?.paths ?? []).prefix(config.connections))
      let isCalm = next.isEmpty ? true : try await upload(next)
      guard isCalm else { continue }
      do { try await context.time.sleep(until: context.time.now.nextSecond) } catch { return }
    }
  }

  func stop() async { await save() }

  func receive(_ event: Event, on port: String) async {
    guard let file = event.payload as? FileEvent, isWanted(file) else { return }
    fresh.append(file.path)
    // Also while the store is away; many events are written together.
    guard !isSaveDue else { return }
    isSaveDue = true
    Task {
      isSaveDue = false
      await save()
    }
  }

  /// Puts what has changed on the disk. Who is in the midst of it also writes what comes meanwhile.
  private func save() async {
    queue?.add(fresh)
    if queue != nil { fresh = [] }
    waiting.set(queue?.paths.count ?? 0)
    guard !isSaving else { return }
    isSaving = true
    defer { isSaving = false }
    while let change = queue?.take() {
      let failed = await context.blocking.run { () -> SystemError? in
        do throws(SystemError) {
          try change.write()
          return nil
        } catch { return error }
      }
      guard let failed else {
        queue?.written(change)
        isSaidUnsaved = false
        continue
      }
      queue?.failed(change)
      if !isSaidUnsaved {
        context.log.error("the list of files to upload cannot be written; it is kept in memory", ("error", "\(failed)"))
      }
      isSaidUnsaved = true
      return
    }
  }

  /// One call at a time: it lets go of the actor in between.
  private var isSaving = false
  /// A task is on its way to write the list.
  private var isSaveDue = false

  private func isWanted(_ file: FileEvent) -> Bool {
    guard let target = client?.target else { return true }
    return file.content == "wav" ? target.uploadsWAV : file.content == "frames" ? target.uploadsBin : true
  }

  /// - Returns: whether there is reason to rest: something was refused.
  private func upload(_ paths: [String]) async throws(NodeFailure) -> Bool {
    guard let client else { return true }
    let sidecars = config.sidecars
    let outcomes = await withTaskGroup(
      of: (String, Result<Int, S3Client.Failure>).self, returning: [(String, Result<Int, S3Client.Failure>)].self
    ) { group in
      for path in paths { group.addTask { (path, await S3UploaderNode.put(path, client, sidecars: sidecars)) } }
      var all: [(String, Result<Int, S3Client.Failure>)] = []
      for await outcome in group { all.append(outcome) }
      return all
    }
    var trouble: NodeFailure?
    var isRefused = false
    for (path, outcome) in outcomes {
      do throws(S3Client.Failure) {
        await finish(path, try outcome.get())
      } catch {
        if case .store(let failure) = error { trouble = trouble ?? failure }
        refuse(path, error)
        isRefused = true
      }
    }
    if let trouble, !Task.isCancelled { throw trouble }
    return isRefused
  }

  /// The file, and what stands beside it.
  private static func put(
    _ path: String, _ client: S3Client, sidecars: Bool
  ) async -> Result<Int, S3Client.Failure> {
    do throws(S3Client.Failure) {
      let object = client.target.object(for: path)
      let size = try await client.put(path, as: object)
      if sidecars {
        do throws(S3Client.Failure) { _ = try await client.put(path + ".json", as: object + ".json") } catch {
          if error != .gone { throw error }
        }
      }
      return .success(size)
    } catch {
      return .failure(error)
    }
  }

  private func finish(_ path: String, _ size: Int) async {
    uploaded.add()
    bytes.add(size)
    refusals[path] = nil
    drop(path)
    guard config.deleteUploaded else { return }
    let failed = await context.blocking.run { () -> SystemError? in
      do throws(SystemError) {
        try Folder.delete(path)
        try Folder.delete(path + ".json")
        return nil
      } catch { return error }
    }
    if let failed { context.log.error("an uploaded file cannot be deleted", ("error", "\(failed)")) }
  }

  private func refuse(_ path: String, _ failure: S3Client.Failure) {
    switch failure {
    case .store: failures.add()
    case .gone:
      context.log.warning("a file to upload is gone", ("file", path))
      drop(path)
    case .file(let reason):
      failures.add()
      refusals[path, default: 0] += 1
      guard refusals[path, default: 0] >= S3UploaderNode.tries else {
        queue?.postpone(path)
        return
      }
      refusals[path] = nil
      givenUp.add()
      context.log.error("the store does not take a file; it stays on the disk", ("file", path), ("reason", reason))
      drop(path)
    }
  }

  private func drop(_ path: String) {
    queue?.remove(path)
    waiting.set(queue?.paths.count ?? 0)
  }
}
