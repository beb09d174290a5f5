import RouterCore

/// Mends files that a crash left unfinished: sizes of WAV files, half frames at the end of `.bin` files. Blocks.
struct Leftovers {
  /// What was found and mended.
  struct Mended: Equatable, Sendable {
    var path: String
    var size: Int
    /// Length of the sound; nil where the file does not say.
    var seconds: Double?
  }

  let directory: String
  let ending: String
  /// Finished files have a sidecar: one without was never told of, also if it is whole.
  var hasSidecars = false
  /// Files that change later than so many seconds before the newest may be unfinished: open files are brought up to date
  /// each second.
  private static let window = 600

  func mend() -> [Mended] {
    let facts = Shelf.paths(in: directory, ending: ending).compactMap { path in
      Folder.facts(of: path).map { (path: path, changed: $0.changed) }
    }
    let newest = facts.map(\.changed).max() ?? 0
    return facts.filter { $0.changed >= newest - Leftovers.window && Folder.facts(of: $0.path + ".json") == nil }
      .compactMap { mend($0.path) }
  }

  /// - Returns: nil where there was nothing to mend, or somebody writes it.
  private func mend(_ path: String) -> Mended? {
    do throws(SystemError) {
      let file = try OpenFile(mending: path)
      let mended = ending == "wav" ? try mendWAV(file) : try mendFrames(file)
      guard hasSidecars, Folder.facts(of: path) != nil else { return mended }
      let found = mended ?? Mended(path: path, size: file.size)
      try Folder.write(found.sidecar(ending).pretty() + "\n", to: path + ".json")
      return found
    } catch {
      return nil
    }
  }

  private func mendWAV(_ file: OpenFile) throws(SystemError) -> Mended? {
    guard let head = WAVHead(try file.read(at: 0, count: 256)) else { return try clear(file, below: 44) }
    let frame = head.format.bytesPerFrame
    let whole = head.count + max(0, file.size - head.count) / frame * frame
    let start = head.bytes(dataBytes: whole - head.count)
    if whole == file.size, try file.read(at: 0, count: head.count) == start { return nil }
    guard whole > head.count else { return try clear(file, below: head.count + frame) }
    file.cut(to: whole)
    try file.patch(start)
    try file.sync()
    return Mended(
      path: file.path, size: whole, seconds: Double((whole - head.count) / frame) / Double(head.format.sampleRate))
  }

  private func mendFrames(_ file: OpenFile) throws(SystemError) -> Mended? {
    var at = try file.read(at: 0, count: 4) == LittleEndian.of(IngestHandshake.magic) ? IngestHandshake.size : 0
    let start = at
    var (window, from) = ([UInt8](), 0)
    while true {
      if at + IngestFrame.headBytes > from + window.count {
        (window, from) = (try file.read(at: at, count: 1 << 20), at)
        if window.count < IngestFrame.headBytes { break }
      }
      let head = Array(window[(at - from)..<(at - from + IngestFrame.headBytes)])
      guard let payload = IngestFrame.payload(after: head), at + head.count + payload <= file.size else { break }
      at += head.count + payload
    }
    if at == start { return try clear(file, below: start + IngestFrame.headBytes) }
    if at == file.size { return nil }
    file.cut(to: at)
    try file.sync()
    return Mended(path: file.path, size: at)
  }

  /// A file in which nothing was written goes. One with something else in it stays.
  private func clear(_ file: OpenFile, below size: Int) throws(SystemError) -> Mended? {
    if file.size < size { try Folder.delete(file.path) }
    return nil
  }
}

extension Leftovers.Mended {
  fileprivate func sidecar(_ ending: String) -> JSON {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return [
      "file": .string(name), "size": .integer(Int64(size)), "content": .string(ending == "wav" ? "wav" : "frames"),
      "reason": "repaired",
    ]
  }
}

extension LittleEndian {
  static func of(_ value: some FixedWidthInteger) -> [UInt8] {
    var out = LittleEndian()
    out.put(value)
    return out.bytes
  }
}

extension IngestFrame {
  /// Bytes of the payload that follow a head in a file; nil if it is none.
  static func payload(after head: [UInt8]) -> Int? {
    let bytes = unsafe head.span.bytes
    guard bytes.byteCount >= headBytes, [adpcmMagic, pcmMagic].contains(bytes.u32le(0)) else { return nil }
    return Int(bytes.u32le(4))
  }
}
