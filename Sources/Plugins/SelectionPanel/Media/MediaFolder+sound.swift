import RouterCore

extension MediaFolder {
  /// The path of what a slot plays, as the folder stands now; nil where there is nothing but empty files. Blocks.
  static func sound(of slot: Int, in path: String, _ naming: MediaNaming) -> String? {
    let file = MediaInventory(naming, files(in: path, naming)).file(.sound, of: slot)
    return file.flatMap { $0.size > 0 ? "\(path)/\($0.name)" : nil }
  }

  /// How long a slot's sound is; nil: not known (yet).
  func length(of slot: Int) -> Duration? {
    guard let file = inventory.file(.sound, of: slot) else { return nil }
    return length(of: file) ?? nil
  }

  /// Reads how long a slot's sound is, unless that is known of this very file.
  func learnLength(of slot: Int, _ blocking: any BlockingCalls) async {
    guard let path = soundPath(of: slot), let file = inventory.file(.sound, of: slot), length(of: file) == nil else {
      return
    }
    let length = await blocking.run { try? SoundFile(path).length }
    know(length, of: file)
  }
}
