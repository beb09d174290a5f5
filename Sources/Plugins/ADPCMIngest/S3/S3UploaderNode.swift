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
  /// Files that came before the queue was read.
  private var early: [String] = []

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

  func prepare() async throws(NodeFailure) {
    do throws(SystemError) {
      if queue == nil {
        queue = try UploadQueue(file: "\(Folder.absolute(context.folder))/.router/upload-\(context.id).queue")
      }
      try queue?.add(early)
      early = []
    } catch {
      throw NodeFailure(.blocked, "the list of files to upload cannot be kept: \(error)")
    }
    waiting.set(queue?.paths.count ?? 0)
    let target = try S3Target(config) { name in
      guard let value = unsafe getenv(name) else { return nil }
      return unsafe String(cString: value)
    }
    client = S3Client(target: target, http: context.http, blocking: context.blocking)
    context.log.info("files go to a store", ("store", "\(target.scheme)://\(target.host)"), ("bucket", target.bucket))
  }

  /// Uploads what waits, and looks for more each second.
  func run() async throws(NodeFailure) {
    while !Task.isCancelled {
      let next = Array((queue?.paths ?? []).prefix(config.connections))
      if next.isEmpty {
        do { try await context.time.sleep(until: context.time.now.nextSecond) } catch { return }
      } else {
        try await upload(next)
      }
    }
  }

  func receive(_ event: Event, on port: String) async {
    guard let file = event.payload as? FileEvent, isWanted(file) else { return }
    guard queue != nil else { return early.append(file.path) }
    note { queue throws(SystemError) in try queue.add([file.path]) }
  }

  private func isWanted(_ file: FileEvent) -> Bool {
    guard let target = client?.target else { return true }
    return file.content == "wav" ? target.uploadsWAV : file.content == "frames" ? target.uploadsBin : true
  }

  private func upload(_ paths: [String]) async throws(NodeFailure) {
    guard let client else { return }
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
    for (path, outcome) in outcomes {
      do throws(S3Client.Failure) {
        await finish(path, try outcome.get())
      } catch {
        if case .store(let failure) = error { trouble = trouble ?? failure }
        refuse(path, error)
      }
    }
    if let trouble, !Task.isCancelled { throw trouble }
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
    note { queue throws(SystemError) in try queue.remove([path]) }
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
      note { queue throws(SystemError) in try queue.remove([path]) }
    case .file(let reason):
      failures.add()
      refusals[path, default: 0] += 1
      guard refusals[path, default: 0] >= S3UploaderNode.tries else {
        return note { queue throws(SystemError) in try queue.postpone(path) }
      }
      refusals[path] = nil
      givenUp.add()
      context.log.error("the store does not take a file; it stays on the disk", ("file", path), ("reason", reason))
      note { queue throws(SystemError) in try queue.remove([path]) }
    }
  }

  /// Changes the queue.
  private func note(_ change: (inout UploadQueue) throws(SystemError) -> Void) {
    guard var queue else { return }
    do throws(SystemError) { try change(&queue) } catch {
      context.log.error("the list of files to upload cannot be written", ("error", "\(error)"))
    }
    self.queue = queue
    waiting.set(queue.paths.count)
  }
}
