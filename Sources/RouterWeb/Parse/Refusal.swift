/// Why a request is not served: the status to answer with and the words for it.
struct Refusal: Error, Equatable, Sendable {
  var status: Int
  /// One phrase; goes into the answer's body and, as a fixed set, into the counter's `reason`.
  var reason: String

  init(_ status: Int, _ reason: String) {
    self.status = status
    self.reason = reason
  }
}
