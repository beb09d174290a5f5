/// Server-sent events out of the bytes of a stream. Pure.
///
/// Source: HTML, section 9.2 (interpreting an event stream).
struct EventText {
  struct Event: Equatable {
    var name = "message"
    var data = ""
  }

  private var line: [UInt8] = []
  private var event = Event()
  private var hasData = false
  private var endsInReturn = false

  /// Takes the next bytes, cut anywhere; gives the events that are whole.
  mutating func take(_ bytes: [UInt8]) -> [Event] {
    var events: [Event] = []
    for byte in bytes {
      defer { endsInReturn = byte == 0x0D }
      if byte == 0x0A, endsInReturn { continue }
      guard byte == 0x0A || byte == 0x0D else {
        line.append(byte)
        continue
      }
      if let event = endLine() { events.append(event) }
    }
    return events
  }

  private mutating func endLine() -> Event? {
    defer { line.removeAll(keepingCapacity: true) }
    if line.isEmpty {
      defer { (event, hasData) = (Event(), false) }
      return hasData ? event : nil
    }
    let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
    var value = parts.count > 1 ? parts[1] : []
    if value.first == 0x20 { value.removeFirst() }
    let text = String(decoding: value, as: UTF8.self)
    switch String(decoding: parts[0], as: UTF8.self) {
    case "event": event.name = text
    case "data":
      event.data += (hasData ? "\n" : "") + text
      hasData = true
    default: break
    }
    return nil
  }
}
