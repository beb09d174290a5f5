import RouterCore
import Testing

/// What sinks write of a panel's events.
@Suite struct PanelEventsTests {
  let time = WallTime(seconds: 1_763_680_000)
  let now = Instant(nanoseconds: 5)

  @Test func `a press names its slot, who and when`() {
    let press = PressEvent(slot: 3, by: .panel, pressedAt: now, time: time)
    #expect(press.json.compact == #"{"slot":3,"by":"panel","time":"2025-11-20T23:06:40.000Z"}"#)
  }

  @Test func `a stop without a play names none`() {
    let stop = PlaybackEvent(.stop, play: nil, slot: nil, pressedAt: now, time: time)
    #expect(stop.json.compact == #"{"action":"stop","time":"2025-11-20T23:06:40.000Z"}"#)
  }

  @Test func `lights that are off are written as null`() {
    #expect(LedsEvent(slot: nil, change: 1).json.compact == #"{"slot":null,"change":1}"#)
    #expect(LedsEvent(slot: 7, change: 2).json.compact == #"{"slot":7,"change":2}"#)
  }
}
