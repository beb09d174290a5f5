import Glibc
import RouterCore
import Support
import Testing

@testable import router

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The real inotify, real files: what each kind of editor does is told, and nothing else.
@Suite(.timeLimit(.minutes(1))) struct DocumentWatchTests {
  let folder = TemporaryFolder()
  let store: DocumentStore

  init() {
    folder.write("old", to: "routes.json")
    store = DocumentStore(path: folder["routes.json"], current: bytes("old"))
  }

  private func next(_ iterator: inout AsyncStream<DocumentChange>.Iterator) async -> DocumentChange? {
    await iterator.next(isolation: nil)
  }

  @Test func `writing in place, renaming over and removing are told, own saves as what runs`() async throws {
    let watch = try DocumentWatch(store)
    defer { watch.stop() }
    var changes = watch.changes.makeAsyncIterator()
    folder.write("in place", to: "routes.json")
    #expect(await next(&changes) == .edited(bytes("in place")))
    folder.write("renamed", to: "other")
    unsafe rename(folder["other"], folder["routes.json"])
    #expect(await next(&changes) == .edited(bytes("renamed")))
    try store.save(bytes("own"))
    #expect(await next(&changes) == .current)
    unsafe unlink(folder["routes.json"])
    #expect(await next(&changes) == .unreadable(SystemError("open", code: ENOENT)))
    folder.write("own", to: "routes.json")
    #expect(await next(&changes) == .current)
    folder.write("accepted", to: "routes.json")
    #expect(await next(&changes) == .edited(bytes("accepted")))
    store.accept(bytes("accepted"))
    folder.write("accepted", to: "routes.json")
    #expect(await next(&changes) == .current)
  }

  @Test func `an edit between reading and watching is told, and the same refused text each time it is saved`()
    async throws
  {
    folder.write("early", to: "routes.json")
    let watch = try DocumentWatch(store)
    defer { watch.stop() }
    var changes = watch.changes.makeAsyncIterator()
    #expect(await next(&changes) == .edited(bytes("early")))
    folder.write("early", to: "routes.json")
    #expect(await next(&changes) == .edited(bytes("early")))
  }

  @Test func `a link that is swapped somewhere on the way is told`() async throws {
    for name in ["one", "two"] {
      unsafe mkdir(folder[name], 0o755)
      folder.write(name, to: "\(name)/house.json")
    }
    unsafe symlink("one", folder["data"])
    unsafe symlink("data/house.json", folder["link.json"])
    let watch = try DocumentWatch(DocumentStore(path: folder["link.json"], current: bytes("one")))
    defer { watch.stop() }
    var changes = watch.changes.makeAsyncIterator()
    unsafe symlink("two", folder["next"])
    unsafe rename(folder["next"], folder["data"])
    #expect(await next(&changes) == .edited(bytes("two")))
    folder.write("two again", to: "two/house.json")
    #expect(await next(&changes) == .edited(bytes("two again")))
  }

  @Test func `other files of the folder are not told, and stopping ends the stream`() async throws {
    let watch = try DocumentWatch(store)
    var changes = watch.changes.makeAsyncIterator()
    for number in 0..<50 { folder.write("\(number)", to: "state.json") }
    folder.write("new", to: "routes.json")
    #expect(await next(&changes) == .edited(bytes("new")))
    watch.stop()
    #expect(await next(&changes) == nil)
  }

  @Test func `every name on the way is looked up`() {
    unsafe mkdir(folder["real"], 0o755)
    unsafe symlink("real", folder["data"])
    unsafe symlink("data/../data/house.json", folder["link.json"])
    unsafe symlink("loop", folder["loop"])
    let path = ResolvedPath(folder["link.json"])
    #expect(path.file == folder["real/../real/house.json"])
    #expect(path.lookups.contains(.init(folder: folder.path, name: "data")))
    #expect(path.lookups.contains(.init(folder: folder.path, name: "link.json")))
    #expect(ResolvedPath("routes.json").file == "./routes.json")
    #expect(ResolvedPath(folder["loop"]).file == folder["loop"])
  }
}
