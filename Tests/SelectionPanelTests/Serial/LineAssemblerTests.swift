import Testing

@testable import SelectionPanel

@Suite struct LineAssemblerTests {
  @Test func `a line cut at any byte is one line`() {
    let text = Array("PRESS 003\r\nPONG\n".utf8)
    for cut in 0...text.count {
      var lines = LineAssembler()
      #expect(lines.add(text[..<cut]) + lines.add(text[cut...]) == ["PRESS 003", "PONG"], "cut at \(cut)")
    }
  }

  @Test func `byte by byte, and many in one piece`() {
    var lines = LineAssembler()
    let text = Array(String(repeating: "PRESS 001\n", count: 1_000).utf8)
    #expect(text.flatMap { lines.add([$0]) }.count == 1_000)
    #expect(lines.add(text).count == 1_000)
  }

  @Test func `empty lines and blanks at the end do not count`() {
    var lines = LineAssembler()
    #expect(lines.add(Array("\n\r\n  \nOK  \r\n".utf8)) == ["OK"])
  }

  @Test func `a line without an end is thrown away up to the next one`() {
    var lines = LineAssembler()
    #expect(lines.add([UInt8](repeating: 65, count: 100_000)).isEmpty)
    #expect(lines.add(Array("PRESS 004\nPRESS 005\n".utf8)) == ["PRESS 005"])
    #expect(lines.overflows == 1)
  }

  @Test func `bytes that are not ASCII do not hurt`() {
    var lines = LineAssembler()
    #expect(lines.add([0xFF, 0x00, 0x50, 10]) == ["??P"])
  }
}
