import RouterCore

/// A state with any JSON.
struct SampleState: EventPayload {
  static let name = "sample"
  static let kind = EventKind.state
  static let shape = "any"
  var json: JSON
  init(_ json: JSON) { self.json = json }
}

/// An occurrence with a number.
struct SampleOccurrence: EventPayload {
  static let name = "tick"
  static let kind = EventKind.occurrence
  static let shape = #"{"number":int}"#
  var number: Int
  init(_ number: Int) { self.number = number }
  var json: JSON { ["number": .integer(Int64(number))] }
}

func sample(_ json: JSON, from source: String = "sum.streams", key: String = "", isWithdrawn: Bool = false) -> Event {
  Event(source: source, payload: SampleState(json), key: key, isWithdrawn: isWithdrawn)
}

func tick(_ number: Int) -> Event { Event(source: "clock.ticks", payload: SampleOccurrence(number)) }
