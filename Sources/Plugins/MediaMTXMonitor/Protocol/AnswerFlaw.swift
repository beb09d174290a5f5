/// An answer that is no JSON, or not the JSON it should be.
struct AnswerFlaw: Error, Equatable {
  /// What was found, and at which byte.
  var message: String
  init(_ message: String) { self.message = message }
}
