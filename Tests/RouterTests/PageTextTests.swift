import RouterCore
import Testing

@testable import router

struct PageTextTests {
  private func squeezed(_ text: String) -> String {
    String(decoding: PageText.squeezed(Array(text.utf8)), as: UTF8.self)
  }

  @Test func `indentation, empty lines and comments on lines of their own are not sent`() {
    let script = """
      // What it is.

      /** One line. */
      class A {
      \tb() {
      \t\t/* two
      \t\t   lines */
      \t\treturn "// not a comment" // why
      \t}
      }
      """
    #expect(squeezed(script) == "class A {\nb() {\nreturn \"// not a comment\" // why\n}\n}\n")
  }

  @Test func `a style for everything is no comment`() {
    #expect(squeezed("/* all */\n*, ::before {margin: 0}\n  * {}\n") == "*, ::before {margin: 0}\n* {}\n")
  }

  @Test func `what was squeezed stays as it is`() {
    let once = squeezed("\ta\n\n// b\n/* c\nd */\ne /* f */ g\n")
    #expect(once == "a\ne /* f */ g\n")
    #expect(squeezed(once) == once)
  }

  @Test func `spaces beside signs are not sent, those in texts and beside slashes are`() {
    func tight(_ text: String) -> String {
      String(decoding: PageText.tightened(script: Array(text.utf8)), as: UTF8.self)
    }
    #expect(tight("const {a, b} = c ? [1, 2] : d\n") == "const{a,b}=c?[1,2]:d\n")
    #expect(tight("say(\"a, \\\" = b\", 'c : d') && e\n") == "say(\"a, \\\" = b\",'c : d')&&e\n")
    #expect(tight("x = a + b - c\n") == "x=a + b - c\n")
    for kept in ["a = /b, c/\n", "a = `b, ${c}`\n", "a = b // c, d\n", ""] { #expect(tight(kept) == kept) }
  }

  @Test func `an unfinished comment takes the rest, and nothing stays nothing`() {
    #expect(squeezed("a\n/* b\nc").isEmpty == false)
    #expect(squeezed("a\n/* b\nc") == "a\n")
    #expect(squeezed("") == "")
  }

  @Test func `every part of the page is sent with a type and a tag of its own`() {
    let files = DashboardFile.named
    #expect(files["page.js"] != nil && files["page.css"] != nil)
    for (name, file) in files where name.hasSuffix(".js") {
      let imported = String(decoding: file.bytes, as: UTF8.self).matches(of: /from ?"\.\/([^"]+)"/).map { String($0.1) }
      #expect(imported.filter { files[$0] == nil } == [], "\(name) asks for parts that are not there")
    }
    #expect(Set(files.values.map(\.tag)).count == files.count)
    #expect(files.values.allSatisfy { !$0.bytes.isEmpty && $0.tag.hasPrefix("\"") })
  }
}
