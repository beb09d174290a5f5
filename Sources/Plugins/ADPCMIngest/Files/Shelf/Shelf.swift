import RouterCore

/// The finished files of a recorder, oldest first.
struct Shelf: Sendable {
  private(set) var files: [ShelvedFile] = []

  init() {}

  /// Finds the files a recorder of this ending made: in the folder and one below. Blocks.
  init(in directory: String, ending: String) {
    for path in Shelf.paths(in: directory, ending: ending) {
      guard let stamp = Shelf.stamp(path, ending), let facts = Folder.facts(of: path) else { continue }
      files.append(ShelvedFile(path: path, size: facts.size, stamp: stamp))
    }
    files.sort { ($0.stamp, $0.path) < ($1.stamp, $1.path) }
  }

  /// Paths of files with a recorder's names. Blocks.
  static func paths(in directory: String, ending: String) -> [String] {
    var found: [String] = []
    for name in Folder.names(in: directory) {
      if RecordingName.stamp(in: name, ending: ending) != nil {
        found.append("\(directory)/\(name)")
      } else if HardwareID(name)?.description == name {
        found += Folder.names(in: "\(directory)/\(name)").filter { RecordingName.stamp(in: $0, ending: ending) != nil }
          .map { "\(directory)/\(name)/\($0)" }
      }
    }
    return found
  }

  private static func stamp(_ path: String, _ ending: String) -> String? {
    path.split(separator: "/").last.flatMap { RecordingName.stamp(in: String($0), ending: ending) }
  }

  /// A file is finished.
  mutating func add(_ path: String, size: Int, ending: String) {
    guard let stamp = Shelf.stamp(path, ending), !files.contains(where: { $0.path == path }) else { return }
    let file = ShelvedFile(path: path, size: size, stamp: stamp)
    let place = files.lastIndex { ($0.stamp, $0.path) < (stamp, path) }.map { $0 + 1 } ?? 0
    files.insert(file, at: place)
  }

  /// Takes files out.
  mutating func remove(_ gone: [ShelvedFile]) {
    let paths = Set(gone.map(\.path))
    if !paths.isEmpty { files.removeAll { paths.contains($0.path) } }
  }
}
