/// A value that lives on one loop: anybody may hold it, only that loop may touch it, checked when it does.
///
/// For state that a timer's body uses: the compiler cannot know that the loop which calls the body is the one the
/// state was made for.
package final class OnLoop<Value: ~Copyable>: @unchecked Sendable {
  // Unchecked because `value` is reached through `with` alone, which traps on any other loop.
  private let owner: ObjectIdentifier
  private var value: Value

  package init(_ value: consuming sending Value, on loop: Loop) {
    owner = ObjectIdentifier(loop)
    self.value = value
  }

  /// Lends the value to `body`. Must not be entered again from inside. Data thread.
  package func with<R>(_ loop: isolated Loop, _ body: (inout Value) -> R) -> R {
    precondition(ObjectIdentifier(loop) == owner, "the value lives on another loop than \(loop.name)")
    return body(&value)
  }
}
