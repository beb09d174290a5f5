import RouterCore
import Support
import Testing

@testable import router

private func text(_ number: Int) -> [UInt8] { Array("{ \"n\": \(number) } // exact".utf8) }

@Suite struct DocumentHistoryTests {
  @Test func `undo and redo bring back exact texts`() {
    var history = DocumentHistory(current: text(0))
    #expect(history.undo() == nil && history.redo() == nil && history.previous == nil)
    history.push(text(1))
    history.push(text(2))
    #expect(history.previous == text(1) && history.next == nil)
    #expect(history.undo() == text(1) && history.next == text(2))
    #expect(history.undo() == text(0) && history.undo() == nil)
    #expect(history.redo() == text(1) && history.redo() == text(2) && history.redo() == nil)
    #expect(history.current == text(2))
  }

  @Test func `a new change forgets what was undone, and no change is none`() {
    var history = DocumentHistory(current: text(0))
    history.push(text(1))
    history.undo()
    history.push(text(0))
    #expect(history.next == text(1))
    history.push(text(2))
    #expect(history.next == nil && history.previous == text(0) && history.undoCount == 1)
  }

  @Test func `fifty revisions are kept`() {
    var history = DocumentHistory(current: text(0))
    for number in 1...60 { history.push(text(number)) }
    #expect(history.undoCount == 50)
    while history.undo() != nil {}
    #expect(history.current == text(10) && history.redoCount == 50)
  }

  @Test func `any sequence agrees with a plain list and a position`() {
    var random = SeededGenerator(seed: 41)
    var history = DocumentHistory(current: text(0))
    var list = [text(0)]
    var at = 0
    for number in 1...5_000 {
      switch Int.random(in: 0...4, using: &random) {
      case 0, 1:
        if history.undo() != nil { at -= 1 }
      case 2:
        if history.redo() != nil { at += 1 }
      default:
        history.push(text(number))
        list = Array(list[...at].suffix(50)) + [text(number)]
        at = list.count - 1
      }
      #expect(history.current == list[at] && history.undoCount == at && history.redoCount == list.count - 1 - at)
    }
  }
}
