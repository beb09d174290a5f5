import Support
import Testing

@testable import RouterWeb

@Suite struct NetworkFilesTests {
  @Test(arguments: [
    ("nameserver 192.168.178.1\nsearch fritz.box\n", ["fritz.box"]),
    ("domain Fritz.Box.\n", ["fritz.box"]),
    ("search a.example b.example\t c.example # home\n", ["a.example", "b.example", "c.example"]),
    ("search old\ndomain new another\n", ["new"]), ("domain old\nsearch new other", ["new", "other"]),
    ("search .\n", []), ("# search a\n; search b\n", []), ("search\n", []), ("searching a\n", []), ("", []),
    ("search evil\u{0}.example ü.example a..b -ok.example good\n", ["-ok.example", "good"]),
    ("search a\r\nnameserver ::1\r\n", ["a"]),
  ])
  func `search domains are those of the last line`(_ text: String, _ domains: [String]) {
    #expect(NetworkFiles.searchDomains(text) == domains)
  }

  @Test func `a name that is too long is left out, and so is the seventeenth domain`() {
    let longest = [String](repeating: String(repeating: "a", count: 62), count: 4).joined(separator: ".") + ".a"
    #expect(longest.utf8.count == 253)
    #expect(NetworkFiles.searchDomains("search \(longest)") == [longest])
    #expect(NetworkFiles.searchDomains("search \(longest)a").isEmpty)
    #expect(NetworkFiles.searchDomains("search \(String(repeating: "b", count: 64))").isEmpty)
    let many = (0..<17).map { "d\($0)" }
    #expect(NetworkFiles.searchDomains("search " + many.joined(separator: " ")) == Array(many.prefix(16)))
  }

  @Test func `the names beside a host are its own`() {
    let text = """
      127.0.0.1 localhost
      127.0.1.1 Raspberry.Fritz.Box raspberry # of this machine
      192.168.1.7 other.example other
      ::1 localhost ip6-localhost
      """
    #expect(NetworkFiles.aliases(of: "raspberry", text) == ["raspberry.fritz.box", "raspberry"])
    #expect(NetworkFiles.aliases(of: "rasp", text).isEmpty)
    #expect(NetworkFiles.aliases(of: "192.168.1.7", text).isEmpty)
  }

  @Test func `prefixes and mutations give names and nothing else`() {
    let text = Array(
      "# x\nnameserver ::1\ndomain fritz.box\nsearch a.example b.example ; end\n127.0.0.1 box a.b\n".utf8)
    for count in 0...text.count { check(Array(text[..<count])) }
    var generator = SeededGenerator(seed: 31)
    for _ in 0..<mutationCount { check(mutated(text, &generator)) }
  }

  private func check(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let names = NetworkFiles.searchDomains(text) + NetworkFiles.aliases(of: "box", text)
    let areLegal = names.allSatisfy { name in
      !name.isEmpty && name.utf8.allSatisfy { (97...122).contains($0) || (45...57).contains($0) && $0 != 47 }
    }
    if !areLegal { Issue.record("\(names) of \(bytes)") }
  }
}
