import Foundation
import RouterCore
import Support
import Testing

@testable import router

/// Foundation has one too.
private typealias Host = router.Host

private let document = """
  {
    "version": 1, // the only one
    "admin": { "listen": "127.0.0.1:0" },
    "nodes": { "t": { "type": "tone" }, "g": { "type": "gain", "gainDb": -3 }, "n": { "type": "null" } },
    "links": ["t -> g -> n"]
  }
  """

/// A host on a document in a folder of its own, stopped at the end.
private func withHost(
  _ text: String = document, overrides: RunOverrides = RunOverrides(), _ body: (Host, String) async throws -> Void
) async throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "host-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let path = folder.appending(path: "routes.json").path
  try Data(text.utf8).write(to: URL(filePath: path))
  let loaded = DocumentFile.load(path, PluginList.makeRegistrar())
  var read = try #require(loaded.document)
  overrides.apply(to: &read)
  let host = try await Host(
    document: read, text: loaded.text, file: path, registrar: PluginList.makeRegistrar(), log: CollectLog(),
    overrides: overrides, started: .now())
  try await host.start()
  do { try await body(host, path) } catch {
    await host.stop()
    throw error
  }
  await host.stop()
}

private func contents(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

private func patch(_ id: NodeID, _ value: JSON) -> DocumentRequest {
  DocumentRequest(change: .edit(.patchNode(id, value)))
}

private func refusal(of request: DocumentRequest, by host: Host) async -> DocumentRefusal? {
  do throws(DocumentRefusal) {
    _ = try await host.apply(request)
    return nil
  } catch {
    return error
  }
}

@Suite struct HostTests {
  @Test func `a change is on disk when it is answered, and its comments are kept`() async throws {
    try await withHost { host, path in
      let answer = try await host.apply(patch("g", ["gainDb": -6]))
      #expect(answer.revision == 2 && answer.plan.kept.contains("t"))
      let text1 = try contents(path)
      #expect(text1 == document.replacing("-3", with: "-6"))
      let text2 = try contents(path + ".bak")
      #expect(text2 == document)
      #expect(await host.document.nodes.map(\.id) == ["t", "g", "n"])
    }
  }

  @Test func `what changes nothing raises no revision`() async throws {
    try await withHost { host, path in
      let answer = try await host.apply(patch("g", ["gainDb": -3]))
      #expect(answer.revision == 1 && answer.plan.kept.count == 3)
      #expect(!FileManager.default.fileExists(atPath: path + ".bak"))
    }
  }

  @Test func `a stale base is refused before anything is looked at`() async throws {
    try await withHost { host, path in
      let tag = await host.tag
      _ = try await host.apply(patch("g", ["gainDb": -6]))
      var late = patch("g", ["gainDb": 1000])
      late.terms.base = .oneOf([tag])
      #expect(await refusal(of: late, by: host)?.kind == .stale)
      #expect(await host.tag != tag)
    }
  }

  @Test func `a refused change leaves document, file and revision`() async throws {
    try await withHost { host, path in
      let found = await refusal(of: patch("g", ["gainDb": 1000, "mute": 3]), by: host)
      #expect(found?.kind == .refused && found?.problems.count == 2)
      #expect(await refusal(of: patch("x", [:]), by: host)?.kind == .unknown)
      #expect(await refusal(of: DocumentRequest(change: .undo), by: host)?.kind == .nothing)
      #expect(await host.revision == 1)
      let text3 = try contents(path)
      #expect(text3 == document)
    }
  }

  @Test func `a dry run tells the difference and does nothing`() async throws {
    try await withHost { host, path in
      var dry = DocumentRequest(change: .edit(.removeNode("g")))
      dry.terms.isDryRun = true
      let answer = try await host.apply(dry)
      #expect(answer.plan.removed == ["g"] && answer.plan.linksRemoved.count == 2 && answer.revision == 1)
      let text4 = try contents(path)
      #expect(text4 == document)
    }
  }

  @Test func `undo and redo bring exact texts back, and a new change ends redo`() async throws {
    try await withHost { host, path in
      _ = try await host.apply(patch("g", ["gainDb": -6]))
      let changed = try contents(path)
      _ = try await host.apply(DocumentRequest(change: .undo, origin: .undo))
      let text5 = try contents(path)
      #expect(text5 == document)
      _ = try await host.apply(DocumentRequest(change: .redo, origin: .redo))
      let text6 = try contents(path)
      #expect(text6 == changed)
      _ = try await host.apply(DocumentRequest(change: .undo, origin: .undo))
      _ = try await host.apply(patch("g", ["gainDb": -9]))
      #expect(await refusal(of: DocumentRequest(change: .redo), by: host)?.kind == .nothing)
      #expect(await host.revision == 6)
    }
  }

  @Test func `many changes at once come one after the other`() async throws {
    try await withHost { host, path in
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<20 {
          group.addTask { _ = try? await host.apply(patch("g", ["gainDb": .integer(Int64(-10 - number))])) }
        }
      }
      #expect(await host.revision == 21)
      let shown = await host.shownDocument().document["nodes"]?["g"]?["gainDb"]?.int
      let saved = try contents(path)
      #expect(saved.contains("\"gainDb\": \(shown ?? 0) "))
    }
  }

  @Test func `an edit of the file is taken over before the next change`() async throws {
    try await withHost { host, path in
      try Data(document.replacing("-3", with: "-8").utf8).write(to: URL(filePath: path))
      let answer = try await host.apply(patch("t", ["label": "Sine"]))
      #expect(answer.revision == 3)
      let text7 = try contents(path)
      #expect(text7.contains("\"gainDb\": -8"))
      let text8 = try contents(path)
      #expect(text8.contains("Sine"))
    }
  }

  @Test func `an invalid file is told with places, and cleared by a valid one`() async throws {
    try await withHost { host, path in
      try Data(document.replacing("gainDb", with: "gainDB").utf8).write(to: URL(filePath: path))
      await host.reload(.signal)
      #expect(await host.documentProblems.map(\.line) == [4])
      #expect(await host.revision == 1)
      try Data(document.utf8).write(to: URL(filePath: path))
      await host.reload(.signal)
      #expect(await host.documentProblems.isEmpty)
      #expect(await host.revision == 1)
    }
  }

  @Test func `what the command line says against the document holds after every change`() async throws {
    try await withHost(overrides: RunOverrides(isVerbose: true, keepsFile: true)) { host, path in
      _ = try await host.apply(patch("g", ["gainDb": -6]))
      #expect(await host.document.log.level == .debug && host.log.level == .debug)
      let text9 = try contents(path)
      #expect(text9 == document)
    }
  }

  @Test func `the API document has exactly the routes there are`() async throws {
    try await withHost { host, _ in
      let api = AdminAPI(host: host, access: host.access)
      let described = OpenAPI.document(of: api.endpoints)["paths"]?.members ?? []
      let operations = described.flatMap { path in
        (path.value.members ?? []).map { "\($0.key.uppercased()) \(path.key)" }
      }
      let routes = api.routes.map { "\($0.method) \($0.path)" }.filter { $0 != "GET /api/*" }
      #expect(operations.sorted() == routes.sorted())
    }
  }
}
