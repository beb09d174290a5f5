import RouterCore
import Testing

private struct Vault: Configuration {
  var password: Secret?
  var pin = ""
  static var options: [Option<Self>] {
    [Option("password", \.password, "A secret."), Option("pin", \.pin, secret: true, "A plain text kept secret.")]
  }
}

private func read(_ json: JSON) -> (Vault, [String]) {
  let (vault, problems) = Vault.decode(json, in: testSurroundings)
  return (vault, problems.map { $0.text(file: "") })
}

@Suite struct SecretTests {
  @Test func `a secret comes from the text, a variable or a file`() {
    #expect(read(["password": "plain"]).0.password?.value == "plain")
    #expect(read(["password": "$TOKEN"]).0.password == Secret("t0ken", from: .variable("TOKEN")))
    #expect(read(["password": ["file": "secret.txt"]]).0.password == Secret("from the file", from: .file("secret.txt")))
    #expect(read(["password": "$$x"]).0.password?.value == "$x")
  }

  @Test func `its value shows in no description and no JSON`() {
    let vault = read(["password": "hunter2", "pin": "1234"]).0
    var dumped = ""
    dump(vault.password, to: &dumped)
    let texts = [
      "\(String(describing: vault.password))", String(reflecting: vault.password), dumped, vault.json.compact,
    ]
    for text in texts { #expect(!text.contains("hunter2")) }
    #expect(vault.json == ["password": .string(Secret.placeholder), "pin": .string(Secret.placeholder)])
    #expect(read(["password": "$TOKEN"]).0.json == ["password": "$TOKEN", "pin": ""])
  }

  @Test func `a problem never tells what was written`() {
    let (_, problems) = read(["password": ["value": "hunter2"], "pin": 1234])
    #expect(problems.count == 2)
    for text in problems { #expect(!text.contains("hunter2") && !text.contains("1234")) }
    #expect(read(["pin": .string(Secret.placeholder)]).1.count == 1)
  }

  @Test func `a changed value makes the config another one`() {
    #expect(Secret("a", from: .variable("X")) != Secret("b", from: .variable("X")))
    #expect(Secret("a") != Secret("a", from: .variable("X")))
  }

  @Test func `secrets of a document read back as placeholders and come back from them`() throws {
    let types = try testTypes()
    let document: JSON = [
      "version": 1, "admin": ["token": "t"],
      "nodes": [
        "a": ["type": "redis.sink", "password": "p", "url": "u"], "b": ["type": "redis.sink", "password": "$TOKEN"],
        "c": ["type": "redis.sink", "password": ["file": "f"]],
        "d": ["type": "http.stream", "token": "$$x", "path": "/d"],
        "e": ["type": "gone", "password": "kept as it is"],
      ],
    ]
    let shown = RoutesDocument.redacted(document, types: types)
    let dots = JSON.string(Secret.placeholder)
    #expect(shown["admin"]?["token"] == dots)
    #expect(shown["nodes"]?["a"] == ["type": "redis.sink", "password": dots, "url": "u"])
    #expect(shown["nodes"]?["b"]?["password"] == "$TOKEN")
    #expect(shown["nodes"]?["c"]?["password"] == ["file": "f"])
    #expect(shown["nodes"]?["d"]?["token"] == dots)
    #expect(RoutesDocument.restoringSecrets(in: shown, from: document, types: types) == document)
    let renamed = shown.patched(by: ["nodes": ["z": ["type": "redis.sink", "password": dots]]])
    let problems = RoutesDocument.read(
      RoutesDocument.restoringSecrets(in: renamed, from: document, types: types), types: types, in: testSurroundings
    ).problems
    #expect(problems.contains { $0.pointer == "/nodes/z/password" })
  }

  @Test func `the process's own surroundings read variables and files`() {
    let surroundings = Surroundings.process(folder: "/proc")
    #expect(surroundings.variable("PATH") != nil)
    #expect(surroundings.variable("NO_SUCH_VARIABLE_HERE") == nil)
    #expect((try? surroundings.file("self/comm"))?.isEmpty == false)
    #expect(throws: FileUnreadable("No such file or directory")) { try surroundings.file("/no/such/file") }
    #expect(throws: FileUnreadable("Is a directory")) { try surroundings.file("/proc") }
  }
}
