import Glibc
import RouterCore
import Support
import Testing

@testable import router

/// The text of one revision: long enough that a write is not one page.
private func text(_ number: Int) -> [UInt8] {
  Array("{ \"number\": \(number), \"fill\": \"\(String(repeating: "x", count: 20_000 + number % 7))\" }\n".utf8)
}

private func number(in bytes: [UInt8]?) -> Int? {
  guard let bytes, let number = (try? JSON(strict: bytes))?["number"]?.int else { return nil }
  return text(number) == bytes ? number : nil
}

private func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

/// The program of the child: saves one text after the other and tells each that is saved, until it is killed.
@Suite(.enabled(if: variable("ROUTER_STORM_FILE") != nil)) struct DocumentStormChildTests {
  @Test func `save without end`() throws {
    let file = try #require(variable("ROUTER_STORM_FILE"))
    let pipe = try #require(variable("ROUTER_STORM_PIPE").flatMap { Int32($0) })
    let store = DocumentStore(path: file, current: text(0))
    var saved: UInt8 = 1
    for number in 1... {
      try store.save(text(number))
      guard unsafe write(pipe, &saved, 1) == 1 else { return }
    }
  }
}

@Suite struct DocumentStormTests {
  @Test func `kill -9 at any moment leaves a whole text, the last one that was told or the next`() throws {
    var random = SeededGenerator(seed: 51)
    for _ in 0..<rounds {
      let folder = TemporaryFolder()
      folder.write(text(0), to: "routes.json")
      let wait = Int.random(in: 1...40, using: &random)
      let told = try storm(folder["routes.json"], killAfter: wait, spin: Int.random(in: 0...400_000, using: &random))
      let found = number(in: try? DocumentFile.read(folder["routes.json"], limit: 1 << 20))
      #expect(found == told || found == told + 1, "\(String(describing: found)) after \(told)")
      let backup = number(in: try? DocumentFile.read(folder["routes.json.bak"], limit: 1 << 20))
      #expect(backup.map { [-1, 0].contains($0 - (found ?? 0)) } == true)
      // The next start cleans up by saving.
      try DocumentStore(path: folder["routes.json"]).save(text(7))
      #expect(folder.names() == ["routes.json", "routes.json.bak"])
    }
  }

  private var rounds: Int { variable("SOAK") == "1" ? 200 : 15 }

  /// - Returns: How many saves the child told.
  private func storm(_ file: String, killAfter wanted: Int, spin: Int) throws -> Int {
    var ends: [Int32] = [-1, -1]
    try #require(unsafe pipe(&ends) == 0)
    defer { close(ends[0]) }
    let child = try spawn(["ROUTER_STORM_FILE=\(file)", "ROUTER_STORM_PIPE=\(ends[1])"])
    close(ends[1])
    var told = 0
    while told < wanted { told += try #require(read(ends[0])) }
    let start = Instant.now()
    while Instant.now() - start < .nanoseconds(spin) {}
    kill(child, SIGKILL)
    waitpid(child, nil, 0)
    while let more = read(ends[0]) { told += more }
    return told
  }

  private func read(_ descriptor: Int32) -> Int? {
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
    return count > 0 ? count : nil
  }

  /// This test program once more, running the child's test alone.
  private func spawn(_ variables: [String]) throws -> pid_t {
    let words = ["/proc/self/exe", "--testing-library", "swift-testing", "--filter", "DocumentStormChildTests"]
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    var environment = unsafe (variables + ["PATH=/usr/bin:/bin"]).map { unsafe strdup($0) } + [nil]
    defer { unsafe (arguments + environment).forEach { unsafe free($0) } }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for output: Int32 in [1, 2] {
      unsafe posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0)
    }
    var child: pid_t = 0
    let code = unsafe posix_spawn(&child, "/proc/self/exe", &actions, nil, &arguments, &environment)
    try #require(code == 0)
    return child
  }
}
