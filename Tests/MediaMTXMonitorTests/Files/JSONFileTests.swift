import Glibc
import RouterCore
import Support
import Testing

@testable import MediaMTXMonitor

@Suite struct JSONFileTests {
  private struct Bench {
    let folder: TemporaryFolder
    let host: FakeHost
    let node: JSONFileNode

    init(_ options: JSON) throws {
      folder = TemporaryFolder()
      host = try FakeHost(folder: folder.path)
      node = JSONFileNode(JSONFile.Config.decode(options).0, host.context)
    }

    /// What the file holds after the node has had its turn.
    func text(_ name: String) async throws -> String? {
      try await node.prepare()
      return folder.text(name)
    }
  }

  @Test func `the newest event is the file, in folders that are made`() async throws {
    let bench = try Bench(["path": "a/b/latest.json"])
    await bench.node.receive(sample([1]), on: "events")
    await bench.node.receive(sample([["name": "cam", "n": 2]]), on: "events")
    #expect(try await bench.text("a/b/latest.json") == "[\n  { \"name\": \"cam\", \"n\": 2 }\n]\n")
    #expect(bench.folder.names("a/b") == ["latest.json"])
    #expect(bench.host.registry.metric("router_file_replaced_total", .counter, help: "", node: "node").current == 1)
    await bench.host.stop()
  }

  @Test func `one line if that is asked for`() async throws {
    let bench = try Bench(["path": "x.json", "indent": false, "sync": false])
    await bench.node.receive(sample(["a": [1, 2]]), on: "events")
    #expect(try await bench.text("x.json") == "{\"a\":[1,2]}\n")
    await bench.host.stop()
  }

  @Test func `a withdrawn state stays, or its file goes`() async throws {
    let bench = try Bench(["path": "x.json"])
    await bench.node.receive(sample(1), on: "events")
    await bench.node.receive(sample(1, isWithdrawn: true), on: "events")
    #expect(try await bench.text("x.json") == "1\n")
    await bench.node.update(to: JSONFile.Config.decode(["path": "x.json", "whenWithdrawn": "delete"]).0)
    await bench.node.receive(sample(1, isWithdrawn: true), on: "events")
    #expect(try await bench.text("x.json") == nil)
    await bench.host.stop()
  }

  @Test func `a link that somebody laid beside is not written through`() async throws {
    let bench = try Bench(["path": "x.json"])
    let victim = bench.folder.path + "/victim"
    bench.folder.write("precious", to: "victim")
    #expect(unsafe symlink(victim, bench.folder.path + "/x.json.new") == 0)
    await bench.node.receive(sample(1), on: "events")
    #expect(try await bench.text("x.json") == "1\n")
    #expect(bench.folder.text("victim") == "precious")
    await bench.host.stop()
  }

  @Test func `what stands in the way is said, and what waits is kept`() async throws {
    let bench = try Bench(["path": "x.json"])
    #expect(unsafe mkdir(bench.folder.path + "/x.json", 0o755) == 0)
    await bench.node.receive(sample(1), on: "events")
    do throws(NodeFailure) {
      try await bench.node.prepare()
      Issue.record("a folder was replaced")
    } catch {
      #expect(error.kind == .blocked && error.reason.contains("x.json") && error.hint == "a folder has that name")
    }
    #expect(unsafe rmdir(bench.folder.path + "/x.json") == 0)
    #expect(try await bench.text("x.json") == "1\n")
    await bench.host.stop()
  }

  @Test func `failures say whether a rewire may go on`() {
    let place = FilePlace(path: "/a")
    #expect(place.failure(SystemError("write", code: ENOSPC)).kind == .missing)
    #expect(place.failure(SystemError("open", code: EACCES)).kind == .blocked)
    #expect(place.failure(SystemError("open", code: EROFS)).hint == "the file system is read-only")
  }

  @Test(arguments: ["", "data/"])
  func `a path that names no file is refused`(path: String) {
    #expect(JSONFile.Config.decode(["path": .string(path)]).1.first?.message == "names no file")
  }
}
