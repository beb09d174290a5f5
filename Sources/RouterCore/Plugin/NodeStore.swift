/// Values that outlive the process without being part of the routes document: a volume, a certificate's date.
///
/// Kept in `state.json` beside the document, per node id. Control side.
public protocol NodeStore: Sendable {
  func value(_ key: String) async -> JSON?
  /// Remembers a value; on disk within a second, and at the stop.
  func set(_ key: String, to value: JSON) async
}
