import RouterCore

/// One event on its way to a web hook.
struct WebHookDelivery: Sendable {
  /// The same at every try: the receiver knows what it has already.
  let id: String
  let event: String
  let body: [UInt8]
  /// States replace each other while they wait.
  let key: String?
  /// Times it was answered with an error.
  var tries = 0

  init(_ event: Event, at time: WallTime, id: String) {
    let payload = type(of: event.payload)
    self.id = id
    self.event = payload.name
    key = payload.kind == .state ? "\(payload.name) \(event.source) \(event.key)" : nil
    var members: [JSON.Member] = [.init("event", .string(payload.name)), .init("source", .string(event.source))]
    if !event.key.isEmpty { members.append(.init("key", .string(event.key))) }
    members.append(.init("time", .string(time.iso8601)))
    if event.isWithdrawn { members.append(.init("withdrawn", true)) }
    members.append(.init("value", event.isWithdrawn ? .null : event.payload.json))
    body = Array(JSON.object(members).compact.utf8)
  }

  /// 16 random bytes, hexadecimal.
  static func newID() -> String {
    let (high, low) = (UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max))
    return [high, low].map { number in
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// The request for one try.
  func call(to url: String, secret: String?, at time: WallTime, timeout: Duration, authority: String?) -> HTTPCall {
    let stamp = String(time.seconds)
    var fields = HTTPFields([
      ("Content-Type", "application/json"), ("X-Router-Event", event), ("X-Router-Delivery", id),
      ("X-Router-Timestamp", stamp),
    ])
    if let secret {
      fields.add("X-Router-Signature", WebHookSignature.value(secret: secret, timestamp: stamp, body: body))
    }
    return HTTPCall(
      "POST", url: url, fields: fields, body: body, timeout: timeout, bodyLimit: 64 << 10, redirects: 0,
      authorities: authority)
  }
}
