import Foundation
import RouterCore
import Testing

private let whole: JSON = [
  "$schema": "x", "version": 1,
  "admin": ["listen": ":8700", "token": ["file": "t"], "tls": ["cert": "c", "key": "k"]],
  "log": ["format": "json"], "ioThreads": 2, "limits": ["connections": 5],
  "nodes": [
    "phone": [
      "type": "phone.receiver", "discovery": false, "listen": 12889, "label": "P", "position": ["x": 1, "y": 2.5],
    ],
    "desk": ["type": "mixer", "inputs": ["music": ["gainDb": -6], "voice": ["priority": true]]],
    "archive": ["type": "wav.rotator", "directory": "d", "rotateBytes": 8192, "keep": ["a"]],
    "redis": ["type": "redis.sink", "password": "$X", "disabled": true],
  ],
  "links": ["phone -> desk.music", ["from": "phone", "to": "desk.voice"]],
]

/// Merge patches that make the document above wrong in a way a schema can say.
private let mistakes: [JSON] = [
  ["version": 2], ["nods": [:]], ["ioThreads": 0], ["admin": ["tls": true]], ["log": ["level": "loud"]],
  ["limits": ["connections": 0]], ["limits": ["conections": 1]], ["nodes": ["Bad Id": ["type": "meter"]]],
  ["nodes": ["a": ["type": "teleport"]]], ["nodes": ["a": ["label": "x"]]], ["nodes": ["phone": ["nam": "x"]]],
  ["nodes": ["phone": ["discovery": true]]], ["nodes": ["phone": ["listen": 65536]]],
  ["nodes": ["phone": ["position": ["x": 1, "y": .null]]]], ["nodes": ["desk": ["inputs": ["music": ["gainDb": 21]]]]],
  ["nodes": ["desk": ["inputs": ["1st": [:]]]]], ["nodes": ["archive": ["directory": .null]]],
  ["nodes": ["archive": ["rotateSeconds": 1.5]]], ["nodes": ["archive": ["keep": [1]]]],
  ["nodes": ["redis": ["password": ["path": "x"]]]], ["nodes": ["redis": ["disabled": "yes"]]],
  ["links": ["phone"]], ["links": [["from": "phone"]]], ["links": [1]],
]

/// Runs the jsonschema package of Python; nil where there is none.
private func validator(_ schema: JSON, _ documents: [JSON]) throws -> [Bool]? {
  let script = """
    import json, sys
    try:
        from jsonschema import Draft202012Validator as V
    except ImportError:
        sys.exit(7)
    schema, documents = json.load(sys.stdin)
    V.check_schema(schema)
    json.dump([V(schema).is_valid(d) for d in documents], sys.stdout)
    """
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["python3", "-c", script]
  let (input, output) = (Pipe(), Pipe())
  process.standardInput = input
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  try process.run()
  try input.fileHandleForWriting.write(contentsOf: Data(JSON.array([schema, .array(documents)]).compact.utf8))
  try input.fileHandleForWriting.close()
  let answer = try output.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  if process.terminationStatus == 7 || process.terminationStatus == 127 { return nil }
  try #require(process.terminationStatus == 0, "the schema is not a schema")
  return try JSON(strict: Array(answer)).items?.compactMap(\.flag)
}

@Suite struct SchemaTests {
  @Test func `the reader takes the document and refuses every mistake`() throws {
    let types = try testTypes()
    func refuses(_ json: JSON) -> Bool {
      let surroundings = Surroundings(variable: { _ in "v" }, file: { _ throws(FileUnreadable) in [65] })
      return RoutesDocument.read(json, types: types, in: surroundings).problems.hasErrors
    }
    #expect(!refuses(whole))
    for mistake in mistakes { #expect(refuses(whole.patched(by: mistake)), "\(mistake.compact)") }
  }

  @Test func `an independent validator agrees with the reader`() throws {
    let schema = SchemaWriter(types: try testTypes()).document()
    let documents = [whole, ["version": 1]] + mistakes.map { whole.patched(by: $0) }
    guard let verdicts = try validator(schema, documents) else { return }
    #expect(verdicts.count == documents.count)
    for (index, isValid) in verdicts.enumerated() {
      #expect(isValid == (index < 2), "\(index < 2 ? "document" : mistakes[index - 2].compact)")
    }
  }

  @Test func `every option of every type stands in the schema with its description`() throws {
    let types = try testTypes()
    let schema = SchemaWriter(types: types).document()
    #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
    for type in types.types {
      let properties = schema["$defs"]?[type.name]?["properties"]
      #expect(properties?["type"] == ["const": .string(type.name)])
      for option in type.options {
        let property = try #require(properties?[option.name], "\(type.name).\(option.name)")
        #expect(property["description"]?.text?.hasPrefix(option.help) == true)
        if option.isSecret { #expect(property["default"] == nil && property["writeOnly"] == true) }
      }
    }
    let rotate = schema["$defs"]?["wav.rotator"]?["properties"]?["rotateSeconds"]
    #expect(
      rotate == [
        "type": "integer", "minimum": 1, "maximum": 86_400, "default": 10, "description": "Length of a file. (s)",
      ])
  }

  @Test func `the table of a type tells everything about it`() throws {
    let types = try testTypes()
    #expect(
      OptionTable.text(for: try #require(types.type("wav.rotator")), width: 60) == """
        wav.rotator
          Writes files.

        ports
          input audio  pcm. What is written.

        options
          directory      text, required
                         Where files go.
          rotateSeconds  whole number, 1 to 86400 s, default 10,
                         live
                         Length of a file.
          rotateBytes    whole number, 4096 to 4294967296 bytes, no
                         default
                         Size of a file.
          keep           list of text, default []
                         Names that are never deleted.

        """)
    let speaker = OptionTable.text(for: try #require(types.type("alsa.sink")))
    #expect(speaker.contains("here: default, null"))
    #expect(OptionTable.text(for: try #require(types.type("redis.sink"))).contains("no default, secret"))
  }

  @Test func `the JSON of a type holds ports and options`() throws {
    let json = try #require(try testTypes().type("alsa.sink")).json
    #expect(json["ports"]?.items?.count == 3)
    #expect(
      json["ports"]?.items?[0] == [
        "name": "audio", "direction": "input", "kind": "audio", "codecs": ["pcm"], "description": "What is heard.",
      ])
    #expect(
      json["options"]?.items?[1] == [
        "name": "latencyMs", "type": "whole number", "unit": "ms", "range": "10 to 2000", "default": 150,
        "required": false,
        "live": true, "secret": false, "description": "Ceiling of the delay.",
        "schema": ["type": "integer", "minimum": 10, "maximum": 2000],
      ])
    #expect(json["choices"] == ["device": ["default", "null"]])
  }
}
