/// One service as it is handed to Avahi.
struct Publication: Equatable, Sendable {
  /// Unique in the process; a service that is published again gets another one.
  let id: Int
  let name: String
  /// DNS-SD type: `_audiocast._tcp`.
  let type: String
  let port: UInt16
  /// TXT strings in order.
  var txt: [[UInt8]]
}
