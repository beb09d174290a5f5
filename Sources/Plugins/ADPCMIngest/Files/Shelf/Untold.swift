import RouterCore
import Synchronization

/// Finds files that were finished just before a crash: nobody may have heard of them. Blocks.
///
/// While a recorder lives a small file says so. One that another run left means that this run ended in the midst.
struct Untold {
  /// This run of the program.
  private static let run = String(UInt64.random(in: .min ... .max), radix: 16)
  private static let made = Atomic<Int>(0)
  /// Who hears of files has kept what it needs after so many seconds.
  private static let window = 10

  private let mark: String
  private let own: String

  /// - Parameter mark: Path of the small file.
  init(mark: String) {
    self.mark = mark
    own = "\(Untold.run).\(Untold.made.add(1, ordering: .relaxed).newValue)"
  }

  /// Begins; `end` is to be called when everything was told.
  /// - Returns: whether the last run ended without that.
  func begin() throws(SystemError) -> Bool {
    let left = text
    if let end = mark.lastIndex(of: "/") { try Folder.make(String(mark[..<end])) }
    try Folder.write(own, to: mark)
    return left.map { !$0.hasPrefix(Untold.run) } ?? false
  }

  /// Another recorder that took over in this run keeps its mark.
  func end() throws(SystemError) {
    if text == own { try Folder.delete(mark) }
  }

  /// Finished files of the last seconds, oldest first; as told when they were finished, of what stands beside them.
  static func files(in directory: String, ending: String) -> [FileEvent] {
    let finished = Shelf.paths(in: directory, ending: ending).compactMap { path in
      Folder.facts(of: path + ".json").map { (path: path, changed: $0.changed) }
    }
    let newest = finished.map(\.changed).max() ?? 0
    return finished.filter { $0.changed >= newest - window }.sorted { ($0.changed, $0.path) < ($1.changed, $1.path) }
      .compactMap { event(of: $0.path, ending: ending) }
  }

  /// - Returns: nil where the file is gone. What stands beside it may be cut short by a loss of power.
  private static func event(of path: String, ending: String) -> FileEvent? {
    guard let file = Folder.facts(of: path) else { return nil }
    let beside = Folder.facts(of: path + ".json")
    let bytes = try? Folder.bytes(of: path + ".json", from: 0, count: beside?.size ?? 0)
    let facts = JSONReader.read(bytes ?? [], .strict).root?.json ?? .null
    let rate = facts["sampleRate"]?.double ?? 0
    return FileEvent(
      path: path, size: file.size, content: ending == "wav" ? "wav" : "frames", label: facts["label"]?.text ?? "",
      startedAt: facts["startedAt"]?.text ?? WallTime.now().iso8601,
      seconds: rate > 0 ? (facts["frames"]?.double ?? 0) / rate : nil, reason: facts["reason"]?.text ?? "repaired")
  }

  private var text: String? {
    guard let facts = Folder.facts(of: mark) else { return nil }
    return (try? Folder.bytes(of: mark, from: 0, count: facts.size)).map { String(decoding: $0, as: UTF8.self) }
  }
}
