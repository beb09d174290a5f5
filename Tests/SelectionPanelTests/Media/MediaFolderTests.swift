import Glibc
import RouterCore
import Support
import Synchronization
import Testing

@testable import SelectionPanel

/// A real folder: what is seen of it, and what is put there.
@Suite struct MediaFolderTests {
  let naming = MediaNaming(count: 3, base: 1)

  private func names(_ path: String) -> [String] { MediaPlace.names(path) }

  @Test func `a folder is looked at once and then only after a change`() async throws {
    let place = try MediaPlace()
    let folder = MediaFolder(place.path, naming)
    try place.write("001.jpg", "x")
    #expect(await folder.look(InlineTestCalls()))
    #expect(folder.inventory.file(.image, of: 1)?.size == 1)
    #expect(await !folder.look(InlineTestCalls()))
    let before = folder.revision
    try place.write("001.jpg", "longer")
    #expect(await folder.look(InlineTestCalls()))
    #expect(folder.revision == before + 1 && folder.inventory.file(.image, of: 1)?.size == 6)
    try place.write("notes.txt", "nothing")
    #expect(await !folder.look(InlineTestCalls()))
  }

  @Test func `a folder that does not tell is looked at now and then`() async throws {
    let place = try MediaPlace()
    let folder = MediaFolder(place.path, naming)
    let looks = Counter()
    for _ in 0..<90 { _ = await folder.look(CountingCalls(looks)) }
    // The first question, the one after the watch was set, and three in any case.
    #expect((3...5).contains(looks.current))
  }

  @Test func `a folder that comes, goes and comes again is followed`() async throws {
    let place = try MediaPlace()
    let folder = MediaFolder(place.path + "/inner", naming)
    #expect(await !folder.look(InlineTestCalls()))
    try folder.make()
    try place.write("inner/002.mp3", "x")
    #expect(await folder.look(InlineTestCalls()))
    #expect(folder.soundPath(of: 2) == place.path + "/inner/002.mp3")
    place.remove("inner/002.mp3")
    unsafe rmdir(place.path + "/inner")
    #expect(await folder.look(InlineTestCalls()))
    #expect(folder.soundPath(of: 2) == nil)
    try folder.make()
    try place.write("inner/002.mp3", "x")
    #expect(await folder.look(InlineTestCalls()))
    #expect(folder.soundPath(of: 2) != nil)
  }

  @Test func `links, folders and empty files are not played`() async throws {
    let place = try MediaPlace()
    try place.write("secret", "x")
    unsafe symlink(place.path + "/secret", place.path + "/001.mp3")
    unsafe mkdir(place.path + "/002.mp3", 0o755)
    try place.write("003.mp3", "")
    let folder = MediaFolder(place.path, naming)
    _ = await folder.look(InlineTestCalls())
    #expect(folder.inventory.file(.sound, of: 1) == nil && folder.inventory.file(.sound, of: 2) == nil)
    #expect(folder.soundPath(of: 3) == nil && folder.inventory.missing.contains("003.mp3 (leer)"))
  }

  @Test func `an upload takes the place of every file of its slot and role`() throws {
    let place = try MediaPlace()
    for name in ["001.jpg", "001.webp", "001.mp3", "002.jpg"] { try place.write(name, "old") }
    let folder = MediaFolder(place.path, naming)
    try folder.put(Array("new".utf8), .png, slot: 1)
    #expect(names(place.path) == ["001.mp3", "001.png", "002.jpg"])
    #expect(place.read("001.png") == "new")
    #expect(try folder.remove(.image, slot: 1))
    #expect(try !folder.remove(.image, slot: 1))
    #expect(names(place.path) == ["001.mp3", "002.jpg"])
  }

  @Test func `an upload replaces a link and not what it leads to`() throws {
    let place = try MediaPlace()
    try place.write("secret", "keep")
    unsafe symlink(place.path + "/secret", place.path + "/001.jpg")
    try MediaFolder(place.path, naming).put(Array("new".utf8), .jpg, slot: 1)
    #expect(place.read("secret") == "keep" && place.read("001.jpg") == "new")
  }

  @Test func `an upload that fails leaves everything as it was`() throws {
    let place = try MediaPlace()
    unsafe mkdir(place.path + "/001.jpg", 0o755)
    try place.write("001.png", "old")
    let folder = MediaFolder(place.path, naming)
    #expect(throws: SystemError.self) { try folder.put([1], .jpg, slot: 1) }
    #expect(names(place.path) == ["001.jpg", "001.png"])
  }

  @Test func `what uploads left behind is cleared away`() throws {
    let place = try MediaPlace()
    try place.write(".upload-001.jpg-77", "half")
    try place.write("001.jpg", "x")
    MediaFolder(place.path, naming).clearLeftovers()
    #expect(names(place.path) == ["001.jpg"])
  }

  @Test(arguments: [
    "../secret", "..", ".", "", "/", "inner/../../secret", ".hidden", "inner/.hidden", "link.jpg", "inner", "inner/",
    "linked/001.jpg", "a.jpg\u{0}.txt", "none.jpg", "//a.jpg",
  ])
  func `nothing outside the folder is served`(name: String) throws {
    let place = try MediaPlace()
    unsafe mkdir(place.path + "/media", 0o755)
    unsafe mkdir(place.path + "/media/inner", 0o755)
    for file in ["secret", "media/a.jpg", "media/.hidden", "media/inner/.hidden"] { try place.write(file, "x") }
    unsafe symlink(place.path + "/secret", place.path + "/media/link.jpg")
    unsafe symlink(place.path, place.path + "/media/linked")
    try place.write("001.jpg", "x")
    let served = ServedFolder(path: place.path + "/media")
    #expect(served.file("a.jpg") == place.path + "/media/a.jpg")
    #expect(served.file(name) == nil)
  }
}

/// Runs blocking calls at once and tells of each. Used by one task.
struct CountingCalls: BlockingCalls {
  let counted: Counter
  init(_ counted: Counter) { self.counted = counted }
  func run<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
    counted.add()
    return body()
  }
}

final class Counter: Sendable {
  private let number = Atomic<Int>(0)
  var current: Int { number.load(ordering: .relaxed) }
  func add() { number.add(1, ordering: .relaxed) }
}

struct InlineTestCalls: BlockingCalls {
  func run<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R { body() }
}

/// A folder that is gone when the value is.
final class MediaPlace {
  let path: String
  struct Missing: Error {}

  init() throws {
    var name = Array("/tmp/panel-test-XXXXXX".utf8CString)
    let isMade = unsafe name.withUnsafeMutableBufferPointer {
      unsafe $0.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
    }
    guard isMade else { throw Missing() }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { MediaPlace.clear(path) }

  func write(_ name: String, _ text: String) throws {
    let descriptor = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Missing() }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Missing() }
  }

  func read(_ name: String) -> String {
    let descriptor = unsafe open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  func remove(_ name: String) { unsafe unlink("\(path)/\(name)") }

  static func names(_ path: String) -> [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func clear(_ path: String) {
    for name in names(path) {
      let inner = "\(path)/\(name)"
      var facts = stat()
      let isFolder = unsafe lstat(inner, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
      if isFolder { clear(inner) } else { unsafe unlink(inner) }
    }
    unsafe rmdir(path)
  }
}
