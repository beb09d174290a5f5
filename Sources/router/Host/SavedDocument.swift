import RouterCore

/// The routes document on disk as the host uses it: written before a commit, put in place after it, looked at when
/// somebody else saved it. All calls that block run on the blocking pool.
actor SavedDocument {
  nonisolated let path: String
  /// For messages: the path without its folder.
  nonisolated let name: String
  nonisolated let store: DocumentStore
  private let blocking: any BlockingCalls
  /// `--no-save`.
  private let keepsFile: Bool
  private var prepared: PreparedDocument?
  /// What is about to be published was read from the file.
  private var isOnDisk = false
  /// What the file held when we last looked or wrote.
  private var seen: [UInt8]

  init(path: String, text: [UInt8], keepsFile: Bool, blocking: any BlockingCalls) {
    self.path = path
    name = path.split(separator: "/").last.map(String.init) ?? path
    self.keepsFile = keepsFile
    self.blocking = blocking
    seen = text
    store = DocumentStore(path: path, current: text)
  }

  /// Writes a text beside the file, on disk to its last byte.
  /// - Parameter isOnDisk: The file holds the text already: somebody else saved it.
  func prepare(_ text: [UInt8], isOnDisk: Bool) async throws(RewireRefusal) {
    self.isOnDisk = isOnDisk
    if keepsFile || isOnDisk { return }
    let store = store
    let result = await blocking.run { () -> Result<PreparedDocument, DocumentUnsaved> in
      do throws(DocumentUnsaved) { return .success(try store.prepare(text)) } catch { return .failure(error) }
    }
    switch result {
    case .success(let prepared): self.prepared = prepared
    case .failure(let failure): throw RewireRefusal(.notSaved, [failure.problem])
    }
  }

  /// Makes what was prepared the file. - Returns: nil when it is on disk, else what failed.
  func publish(_ text: [UInt8]) async -> DocumentUnsaved? {
    guard let prepared else {
      if isOnDisk { store.accept(text) }
      return nil
    }
    self.prepared = nil
    let failure = await blocking.run { () -> DocumentUnsaved? in
      do throws(DocumentUnsaved) { try prepared.publish() } catch { return error }
      return nil
    }
    if failure == nil { seen = text }
    return failure
  }

  /// Forgets what was prepared.
  func discard() async {
    guard let prepared else { return }
    self.prepared = nil
    await blocking.run { prepared.discard() }
  }

  /// The file's text if it is another one than when we last looked, or if it is to be looked at in any case.
  /// - Throws: `SystemError` if it cannot be read.
  func newText(evenIfSeen: Bool) async throws(SystemError) -> [UInt8]? {
    let store = store
    let result = await blocking.run { () -> Result<[UInt8], SystemError> in
      do throws(SystemError) { return .success(try store.load()) } catch { return .failure(error) }
    }
    let text = try result.get()
    guard evenIfSeen || text != seen else { return nil }
    seen = text
    return text
  }
}
