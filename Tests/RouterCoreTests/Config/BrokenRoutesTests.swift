import Foundation
import RouterCore
import Testing

private let folder = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "../../Fixtures/routes-broken").standardizedFileURL

private func documents() -> [String] {
  let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
  return (names ?? []).filter { $0.hasSuffix(".json") }.sorted()
}

/// `Tests/Fixtures/routes-broken`: each document beside the exact text it must bring. `UPDATE=1` writes the texts anew.
@Suite struct BrokenRoutesTests {
  @Test(arguments: documents())
  func `a broken document brings exactly this text`(name: String) throws {
    let text = try Data(contentsOf: folder.appending(path: name))
    let (document, problems) = RoutesDocument.read(Array(text), types: try testTypes(), in: testSurroundings)
    let found = problems.map { $0.text(file: "routes.json") + "\n" }.joined()
    let file = folder.appending(path: name.replacing(".json", with: ".expected"))
    if ProcessInfo.processInfo.environment["UPDATE"] == "1" { try Data(found.utf8).write(to: file) }
    #expect(found == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    #expect(!found.isEmpty)
    #expect((document == nil) == problems.hasErrors)
  }

  @Test func `there are at least seventy of them`() {
    #expect(documents().count >= 70)
  }

  @Test(arguments: documents())
  func `a document with its fixes applied has none of those problems left`(name: String) throws {
    let text = Array(try Data(contentsOf: folder.appending(path: name)))
    let reading = JSONReader.read(text)
    guard reading.problems.isEmpty, let json = reading.root?.json else { return }
    let types = try testTypes()
    for problem in RoutesDocument.read(text, types: types, in: testSurroundings).problems {
      guard let fix = problem.fix else { continue }
      #expect(fix.members != nil)
      let left = RoutesDocument.read(json.patched(by: fix), types: types, in: testSurroundings).problems
      #expect(!left.contains { $0.path == problem.path && $0.message == problem.message })
    }
  }
}
