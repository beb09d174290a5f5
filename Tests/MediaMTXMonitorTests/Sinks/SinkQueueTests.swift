import Support
import Testing

@testable import MediaMTXMonitor

@Suite struct SinkQueueTests {
  @Test func `items leave in the order they came, the oldest are dropped and counted`() {
    var queue = SinkQueue<Int>(limit: 3)
    #expect((1...5).map { queue.put($0) } == [0, 0, 0, 1, 1])
    #expect(queue.count == 3)
    #expect(queue.take(2).map(\.item) == [3, 4])
    #expect(queue.take(9).map(\.item) == [5])
    #expect(queue.isEmpty && queue.take(1).isEmpty)
  }

  @Test func `of one key only the newest waits, in the place of the first`() {
    var queue = SinkQueue<Int>(limit: 3)
    _ = queue.put(1, key: "a")
    _ = queue.put(2, key: "b")
    #expect(queue.put(3, key: "a") == 0)
    #expect(queue.take(9).map(\.item) == [3, 2])
    _ = queue.put(4, key: "a")
    #expect(queue.take(9).map(\.item) == [4])
  }

  @Test func `what is put back goes to the front, unless something newer has its key`() {
    var queue = SinkQueue<Int>(limit: 4)
    _ = queue.put(1, key: "a")
    _ = queue.put(2)
    _ = queue.put(3, key: "c")
    let taken = queue.take(3)
    _ = queue.put(4, key: "a")
    _ = queue.put(5)
    #expect(queue.putBack(taken) == 0)
    #expect(queue.take(9).map(\.item) == [2, 3, 4, 5])
  }

  @Test func `putting back over the limit drops the oldest`() {
    var queue = SinkQueue<Int>(limit: 2)
    _ = queue.put(1)
    _ = queue.put(2)
    let taken = queue.take(2)
    _ = queue.put(3)
    #expect(queue.putBack(taken) == 1)
    #expect(queue.take(9).map(\.item) == [2, 3])
  }

  @Test func `whatever is done, the queue is what a plain list would be`() {
    var random = SeededGenerator(seed: 7)
    var queue = SinkQueue<Int>(limit: 8)
    var model: [(item: Int, key: String?)] = []
    for number in 0..<20_000 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<6:
        let key = Bool.random(using: &random) ? "k\(Int.random(in: 0..<5, using: &random))" : nil
        _ = queue.put(number, key: key)
        if let key, let index = model.firstIndex(where: { $0.key == key }) {
          model[index].item = number
        } else {
          model.append((number, key))
          if model.count > 8 { model.removeFirst() }
        }
      case 6..<9:
        let count = Int.random(in: 0..<4, using: &random)
        #expect(queue.take(count).map(\.item) == model.prefix(count).map(\.item))
        model.removeFirst(min(count, model.count))
      default:
        let taken = queue.take(2)
        #expect(queue.putBack(taken) == 0)
      }
      if queue.count != model.count { Issue.record("\(queue.count) waiting, \(model.count) expected") }
    }
    #expect(queue.take(99).map(\.item) == model.map(\.item))
  }
}
