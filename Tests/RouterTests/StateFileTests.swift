import RouterCore
import RouterWeb
import Support
import Testing

@testable import router

/// What nodes remember, on disk and over renames.
@Suite struct StateFileTests {
  private let folder = TemporaryFolder()
  private let log = CollectLog()

  private func file() -> StateFile {
    StateFile(
      path: folder["state.json"], blocking: BlockingPool(threads: 1),
      log: Log(source: "router", level: .debug, sink: log))
  }

  @Test func `what a node remembers is there after the next start`() async {
    let first = file()
    await first.drawer(of: "phone").set("volume", to: 40)
    await first.flush()
    #expect(await file().drawer(of: "phone").value("volume") == 40)
    #expect(await file().drawer(of: "other").value("volume") == nil)
  }

  @Test func `a node keeps what it remembers under another id`() async {
    let first = file()
    let phone = first.drawer(of: "phone")
    await phone.set("volume", to: 40)
    await first.rename(["phone": "kitchen"])
    #expect(await phone.value("volume") == 40)
    await phone.set("volume", to: 50)
    await first.rename(["kitchen": "cellar"])
    await phone.set("muted", to: true)
    // A new node of an old name begins with nothing, and is another one.
    let next = first.drawer(of: "phone")
    #expect(await next.value("volume") == nil)
    await next.set("volume", to: 10)
    await first.flush()
    let second = file()
    #expect(await second.drawer(of: "cellar").value("volume") == 50)
    #expect(await second.drawer(of: "cellar").value("muted") == true)
    #expect(await second.drawer(of: "phone").value("volume") == 10)
    #expect(await second.drawer(of: "kitchen").value("volume") == nil)
  }

  @Test func `what an earlier node of the new name remembered goes`() async {
    let file = file()
    await file.drawer(of: "kitchen").set("volume", to: 90)
    await file.rename(["phone": "kitchen"])
    #expect(await file.drawer(of: "kitchen").value("volume") == nil)
  }

  @Test func `a file that makes no sense is said and begun anew`() async {
    folder.write("{half", to: "state.json")
    let file = file()
    await file.drawer(of: "phone").set("volume", to: 1)
    await file.flush()
    #expect(log.messages.contains { $0.contains("is not JSON") })
    #expect(await self.file().drawer(of: "phone").value("volume") == 1)
  }
}
