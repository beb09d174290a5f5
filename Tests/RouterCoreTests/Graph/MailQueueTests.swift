import Testing

@testable import RouterCore

/// An occurrence of a test.
struct PingEvent: EventPayload {
  static let name = "ping"
  static let kind = EventKind.occurrence
  static let shape = #"{"number":number}"#
  var number: Int
  var json: JSON { ["number": .integer(Int64(number))] }
}

/// A state of a test.
struct LampEvent: EventPayload {
  static let name = "lamp"
  static let kind = EventKind.state
  static let shape = #"{"isOn":flag}"#
  var isOn: Bool
  var json: JSON { ["isOn": .bool(isOn)] }
}

@Suite struct MailQueueTests {
  private func ping(_ number: Int) -> MailQueue.Letter {
    .init(event: Event(source: "a.out", payload: PingEvent(number: number)), port: "in")
  }

  private func lamp(_ isOn: Bool, key: String = "") -> MailQueue.Letter {
    .init(event: Event(source: "a.lamp", payload: LampEvent(isOn: isOn), key: key), port: "in")
  }

  @Test func `occurrences keep their order, and the 4,097th is dropped`() {
    var queue = MailQueue()
    for number in 0..<4_096 { #expect(queue.put(ping(number)) == true) }
    #expect(queue.put(ping(4_096)) == false)
    for number in 0..<4_096 { #expect((queue.take()?.event.payload as? PingEvent)?.number == number) }
    #expect(queue.take() == nil)
    #expect(queue.put(ping(1)) == true, "room comes back as letters are taken")
  }

  @Test func `of one state only the last value waits, of other keys each`() {
    var queue = MailQueue()
    for isOn in [true, false, true, false] { #expect(queue.put(lamp(isOn)) == true) }
    #expect(queue.put(lamp(true, key: "other")) == true)
    #expect((queue.take()?.event.payload as? LampEvent)?.isOn == false)
    #expect(queue.take()?.event.key == "other")
    #expect(queue.isEmpty)
  }

  @Test func `states are not counted among the 4,096`() {
    var queue = MailQueue()
    for number in 0..<4_096 { _ = queue.put(ping(number)) }
    #expect(queue.put(lamp(true)) == true)
  }
}
