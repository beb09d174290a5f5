import Glibc
import RouterCore
import Support
import Testing

@testable import router

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

private func status(_ path: String) -> stat {
  var status = stat()
  unsafe lstat(path, &status)
  return status
}

@Suite struct DocumentStoreTests {
  let folder = TemporaryFolder()
  let store: DocumentStore

  init() {
    folder.write("old", to: "routes.json")
    store = DocumentStore(path: folder["routes.json"], current: bytes("old"))
  }

  @Test func `a prepared text is beside the file until it is published`() throws {
    let prepared = try store.prepare(bytes("new"))
    #expect(folder.text("routes.json") == "old" && folder.text("routes.json.new") == "new")
    #expect(store.isCurrent(bytes("old")))
    #expect(try prepared.publish() == nil)
    #expect(folder.text("routes.json") == "new" && folder.text("routes.json.bak") == "old")
    #expect(folder.names() == ["routes.json", "routes.json.bak"])
    #expect(store.isCurrent(bytes("new")) && !store.isCurrent(bytes("old")))
    #expect(try store.load() == bytes("new"))
  }

  @Test func `a discarded text leaves nothing`() throws {
    try store.prepare(bytes("new")).discard()
    #expect(folder.names() == ["routes.json"] && folder.text("routes.json") == "old")
  }

  @Test func `the backup is the text before, each time`() throws {
    for number in 1...5 { try store.save(bytes("text \(number)")) }
    #expect(folder.text("routes.json") == "text 5" && folder.text("routes.json.bak") == "text 4")
    #expect(status(folder["routes.json"]).st_ino != status(folder["routes.json.bak"]).st_ino)
  }

  @Test func `what a crash left behind is in nobody's way`() throws {
    folder.write("half of a te", to: "routes.json.new")
    unsafe link(folder["routes.json"], folder["routes.json.bak"])
    unsafe link(folder["routes.json"], folder["routes.json.bak.new"])
    try store.save(bytes("new"))
    #expect(folder.names() == ["routes.json", "routes.json.bak"])
    #expect(folder.text("routes.json") == "new" && folder.text("routes.json.bak") == "old")
  }

  @Test func `mode and owner stay`() throws {
    unsafe chmod(folder["routes.json"], 0o640)
    if getuid() == 0 { unsafe chown(folder["routes.json"], 1234, 1235) }
    let before = status(folder["routes.json"])
    try store.save(bytes("new"))
    let after = status(folder["routes.json"])
    #expect(after.st_mode == before.st_mode && after.st_uid == before.st_uid && after.st_gid == before.st_gid)
    #expect(after.st_ino != before.st_ino)
  }

  @Test func `a symbolic link stays one and its file is replaced`() throws {
    unsafe mkdir(folder["real"], 0o755)
    folder.write("old", to: "real/house.json")
    unsafe symlink("real/house.json", folder["second"])
    unsafe symlink(folder["second"], folder["link.json"])
    try DocumentStore(path: folder["link.json"]).save(bytes("new"))
    #expect(status(folder["link.json"]).st_mode & S_IFMT == S_IFLNK)
    #expect(folder.text("link.json") == "new" && folder.text("real/house.json") == "new")
    #expect(folder.text("real/house.json.bak") == "old")
  }

  @Test func `a file that is not there yet is made, without a backup`() throws {
    try DocumentStore(path: folder["first.json"]).save(bytes("new"))
    #expect(folder.names() == ["first.json", "routes.json"] && folder.text("first.json") == "new")
    #expect(status(folder["first.json"]).st_mode & 0o777 == 0o644)
  }

  @Test func `a folder that is gone, and a path through a file, are said in words`() {
    let missing = DocumentStore(path: folder["nowhere/routes.json"])
    let error = #expect(throws: DocumentUnsaved.self) { try missing.save(bytes("new")) }
    #expect(error?.description.hasSuffix("there is no folder \(folder["nowhere"])") == true)
    #expect(throws: DocumentUnsaved.self) { try DocumentStore(path: folder["routes.json/x"]).save(bytes("new")) }
    #expect(folder.names() == ["routes.json"])
  }

  @Test func `a full disk leaves the old text and nothing else`() throws {
    // /dev/full answers every write as a full disk does.
    let failure = AtomicFile.write(bytes("new"), beside: folder["no/such"], rights: .init())
    #expect(failure?.code == ENOENT)
    let unsaved = DocumentUnsaved(file: "/a/routes.json", cause: SystemError("write", code: ENOSPC))
    #expect(unsaved.description == "/a/routes.json cannot be saved: the disk is full" && unsaved.hint == "make room")
    let locked = DocumentUnsaved(file: "/a/routes.json", cause: SystemError("open", code: EACCES))
    #expect(locked.description.contains("the folder /a may not be written") && locked.problem.hint != nil)
  }

  @Test func `a name that cannot be replaced keeps the old text current`() throws {
    unsafe mkdir(folder["taken"], 0o755)
    folder.write("x", to: "taken/inside")
    let store = DocumentStore(path: folder["taken"], current: bytes("old"))
    #expect(throws: DocumentUnsaved.self) { try store.save(bytes("new")) }
    #expect(store.isCurrent(bytes("old")) && folder.names() == ["routes.json", "taken"])
  }
}
