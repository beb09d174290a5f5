extension MediaFolder {
  /// The path of what a slot plays, as the folder stands now; nil where there is nothing but empty files. Blocks.
  static func sound(of slot: Int, in path: String, _ naming: MediaNaming) -> String? {
    let files = files(in: path, naming).filter { $0.size > 0 }
    let format = MediaRole.sound.formats.first { format in
      files.contains { $0.name == MediaNaming.name(slot, format) }
    }
    return format.map { "\(path)/\(MediaNaming.name(slot, $0))" }
  }
}
