import Glibc
import RouterCore
import Support
import Synchronization
import Testing

@testable import SelectionPanel

/// A real folder: what is seen of it, and what is put there.
@Suite struct MediaFolderTests {
  let naming = MediaNaming(count: 3, base: 1)

  @Test func `a folder is looked at once and then only after a change`() async throws {
    let place = TemporaryFolder()
    let folder = MediaFolder(place.path, naming)
    place.write("x", to: "001.jpg")
    #expect(await folder.look(InlineTestCalls()))
    #expect(folder.inventory.file(.image, of: 1)?.size == 1)
    #expect(await !folder.look(InlineTestCalls()))
    let before = folder.revision
    place.write("longer", to: "001.jpg")
    #expect(await folder.look(InlineTestCalls()))
    #expect(folder.revision == before + 1 && folder.inventory.file(.image, of: 1)?.size == 6)
    place.write("nothing", to: "notes.txt")
    #expect(await !folder.look(InlineTestCalls()))
  }

  @Test func `a folder that does not tell is looked at now and then`() async throws {
    let place = TemporaryFolder()
    let folder = MediaFolder(place.path, naming)
    let looks = Counter()
    for _ in 0..<90 { _ = await folder.look(CountingCalls(looks)) }
    // The first question, the one after the watch was set, and three in any case.
    #expect((3...5).contains(looks.current))
  }

  @Test func `a folder that comes, goes and comes again is followed`() async throws {
    let place = TemporaryFolder()
    let folder = MediaFolder(place.path + "/inner", naming)
    #expect(await !folder.look(InlineTestCalls()))
    try folder.make()
    place.write("x", to: "inner/002.mp3")
    #expect(await folder.look(InlineTestCalls()))
    #expect(folder.soundPath(of: 2) == place.path + "/inner/002.mp3")
    unsafe unlink(place["inner/002.mp3"])
    unsafe rmdir(place.path + "/inner")
    #expect(await folder.look(InlineTestCalls()))
    #expect(folder.soundPath(of: 2) == nil)
    try folder.make()
    place.write("x", to: "inner/002.mp3")
    #expect(await folder.look(InlineTestCalls()))
    #expect(folder.soundPath(of: 2) != nil)
  }

  @Test func `links, folders and empty files are not played`() async throws {
    let place = TemporaryFolder()
    place.write("x", to: "secret")
    unsafe symlink(place.path + "/secret", place.path + "/001.mp3")
    unsafe mkdir(place.path + "/002.mp3", 0o755)
    place.write("", to: "003.mp3")
    let folder = MediaFolder(place.path, naming)
    _ = await folder.look(InlineTestCalls())
    #expect(folder.inventory.file(.sound, of: 1) == nil && folder.inventory.file(.sound, of: 2) == nil)
    #expect(folder.soundPath(of: 3) == nil && folder.inventory.missing.contains("003.mp3 (leer)"))
  }

  @Test func `an upload takes the place of every file of its slot and role`() throws {
    let place = TemporaryFolder()
    for name in ["001.jpg", "001.webp", "001.mp3", "002.jpg"] { place.write("old", to: name) }
    let folder = MediaFolder(place.path, naming)
    try folder.put(Array("new".utf8), .png, slot: 1)
    #expect(place.names() == ["001.mp3", "001.png", "002.jpg"])
    #expect(place.text("001.png") == "new")
    #expect(try folder.remove(.image, slot: 1))
    #expect(try !folder.remove(.image, slot: 1))
    #expect(place.names() == ["001.mp3", "002.jpg"])
  }

  @Test func `an upload replaces a link and not what it leads to`() throws {
    let place = TemporaryFolder()
    place.write("keep", to: "secret")
    unsafe symlink(place.path + "/secret", place.path + "/001.jpg")
    try MediaFolder(place.path, naming).put(Array("new".utf8), .jpg, slot: 1)
    #expect(place.text("secret") == "keep" && place.text("001.jpg") == "new")
  }

  @Test func `an upload that fails leaves everything as it was`() throws {
    let place = TemporaryFolder()
    unsafe mkdir(place.path + "/001.jpg", 0o755)
    place.write("old", to: "001.png")
    let folder = MediaFolder(place.path, naming)
    #expect(throws: SystemError.self) { try folder.put([1], .jpg, slot: 1) }
    #expect(place.names() == ["001.jpg", "001.png"])
  }

  @Test func `what uploads left behind is cleared away`() throws {
    let place = TemporaryFolder()
    place.write("half", to: ".upload-001.jpg-77")
    place.write("x", to: "001.jpg")
    MediaFolder(place.path, naming).clearLeftovers()
    #expect(place.names() == ["001.jpg"])
  }

  @Test(arguments: [
    "../secret", "..", ".", "", "/", "inner/../../secret", ".hidden", "inner/.hidden", "link.jpg", "inner", "inner/",
    "linked/001.jpg", "a.jpg\u{0}.txt", "none.jpg", "//a.jpg",
  ])
  func `nothing outside the folder is served`(name: String) throws {
    let place = TemporaryFolder()
    unsafe mkdir(place.path + "/media", 0o755)
    unsafe mkdir(place.path + "/media/inner", 0o755)
    for file in ["secret", "media/a.jpg", "media/.hidden", "media/inner/.hidden"] { place.write("x", to: file) }
    unsafe symlink(place.path + "/secret", place.path + "/media/link.jpg")
    unsafe symlink(place.path, place.path + "/media/linked")
    place.write("x", to: "001.jpg")
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
