import Glibc
import RouterCore

/// A media folder as one node sees it, looked at while the node runs. Any thread.
final class MediaFolder: Sendable {
  let path: String
  private struct State {
    var inventory: MediaInventory
    var watch: FolderWatch
    /// Counts changes. Begins with the time: pages that stay open tell it from the number of a folder before.
    var revision = Int(WallTime.now().seconds) * 1_000 + WallTime.now().nanoseconds / 1_000_000
    /// Counts questions; not every one is a look.
    var questions = 0
    /// The question whose look the inventory is of.
    var answered = 0
    /// Of sounds, by the file's version; nil: it cannot be read.
    var lengths: [String: Duration?] = [:]
  }
  private let state: PthreadLock<State>
  /// One change of the files at a time: each deletes what the other put.
  let changes = PthreadLock(())

  init(_ path: String, _ naming: MediaNaming) {
    self.path = path
    state = PthreadLock(State(inventory: MediaInventory(naming), watch: FolderWatch(path)))
  }

  /// What it held at the last look.
  var inventory: MediaInventory { state.withLock { $0.inventory } }
  /// Another number after each change.
  var revision: Int { state.withLock { $0.revision } }

  /// The path of what a slot plays; nil where it is missing or empty.
  func soundPath(of slot: Int) -> String? {
    guard let file = inventory.file(.sound, of: slot), file.size > 0 else { return nil }
    return "\(path)/\(file.name)"
  }

  /// What is known of a sound file's length: nil: nothing; nil within: it cannot be read.
  func length(of file: MediaFile) -> Duration?? { state.withLock { $0.lengths[file.name + file.version] } }

  func know(_ length: Duration?, of file: MediaFile) {
    state.withLock { state in
      // Of files that are no more nothing has to be known.
      if state.lengths.count > 2_000 { state.lengths = [:] }
      state.lengths[file.name + file.version] = .some(length)
    }
  }

  /// Looks again if something may have changed; costs one call of the system where nothing has. At the node's start, and
  /// once a second while it runs. Folders of other machines do not tell: every thirtieth question looks in any case.
  ///
  /// - Returns: Whether anything is other than it was.
  func look(_ blocking: any BlockingCalls) async -> Bool {
    let question = state.withLock { state -> Int? in
      state.questions += 1
      return state.watch.mayHaveChanged() || state.questions % 30 == 0 ? state.questions : nil
    }
    guard let question else { return false }
    let (path, naming) = (path, inventory.naming)
    let found = await blocking.run { MediaFolder.files(in: path, naming) }
    return state.withLock { state in
      let new = MediaInventory(naming, found)
      // A look that was overtaken saw less.
      guard question > state.answered else { return false }
      state.answered = question
      guard new != state.inventory else { return false }
      state.inventory = new
      state.revision += 1
      return true
    }
  }

  /// Regular files that slots can mean; links are not followed. Blocks.
  static func files(in path: String, _ naming: MediaNaming) -> [MediaFile] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var found: [MediaFile] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let (_, format) = naming.meaning(of: name) else { continue }
      var facts = stat()
      guard unsafe lstat("\(path)/\(name)", &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { continue }
      let changed = Int64(facts.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(facts.st_mtim.tv_nsec)
      found.append(MediaFile(name: name, format: format, size: Int(facts.st_size), changed: changed))
    }
    return found.sorted { $0.name < $1.name }
  }

  /// Makes the folder and those above it, if need be. Blocks.
  func make() throws(SystemError) {
    let ends = path.indices.filter { path[$0] == "/" && $0 != path.startIndex } + [path.endIndex]
    for end in ends where unsafe mkdir(String(path[..<end]), 0o755) != 0 && errno != EEXIST {
      throw SystemError("mkdir \(path[..<end])", code: errno)
    }
  }
}
