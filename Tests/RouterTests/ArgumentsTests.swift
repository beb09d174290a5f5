import Testing

@testable import router

private enum Sample: Command {
  static let name = "sample"
  static let usage = "router sample"
  static let summary = "a test"
  static let flags = [Flag("-v", "--verbose", help: "loud"), Flag("--count", value: "N", help: "how many")]
  static let positional = ["A", "B"]
  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 { 0 }
}

@Suite struct ArgumentsTests {
  @Test func `switches, values and positional words come in any order`() throws {
    let arguments = try Arguments(["a", "--count", "3", "-v", "b"], for: Sample.self)
    #expect(arguments.has("-v") && arguments.positional == ["a", "b"])
    #expect(try arguments.number("--count", in: 1...10, else: 1) == 3)
  }

  @Test func `a value may follow an equals sign, and an alias counts as the name`() throws {
    let arguments = try Arguments(["--verbose", "--count=7"], for: Sample.self)
    #expect(arguments.has("-v") && arguments.value("--count") == "7")
  }

  @Test func `after two dashes everything is positional`() throws {
    #expect(try Arguments(["--", "-v"], for: Sample.self).positional == ["-v"])
  }

  @Test(arguments: [
    (["--loud"], "unknown option \"--loud\""), (["--count"], "--count needs a value"),
    (["-v=1"], "-v takes no value"), (["a", "b", "c"], "what is \"c\"?"),
  ])
  func `what makes no sense is said`(words: [String], message: String) {
    #expect(throws: UsageError.self) { try Arguments(words, for: Sample.self) }
    do throws(UsageError) { _ = try Arguments(words, for: Sample.self) } catch { #expect(error.message == message) }
  }

  @Test(arguments: ["0", "11", "x", "1.5", ""])
  func `a number out of range names the range`(text: String) throws {
    let arguments = try Arguments(["--count", text], for: Sample.self)
    #expect(throws: UsageError.self) { try arguments.number("--count", in: 1...10, else: 1) }
  }

  @Test func `every command has a help page with its usage and all its flags`() {
    for command in commands {
      let page = Help.page(for: command)
      #expect(page.contains("usage: router \(command.name)"))
      for flag in command.flags { #expect(page.contains(flag.names[0])) }
      #expect(Help.overview.contains(command.summary))
    }
  }
}
