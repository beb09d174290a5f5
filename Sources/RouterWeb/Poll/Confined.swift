internal import RouterCore

/// A reference to something that lives on one loop, which others may carry and only that loop may open.
///
/// Unchecked: the object is reached through `open` only, which traps on any other loop. The reference is weak, so the
/// last release may happen on another thread only where the object's owner lets go there too.
struct Confined<Object: AnyObject>: @unchecked Sendable {
  private weak var object: Object?
  private let loop: Loop

  init(_ object: Object, to loop: isolated Loop) {
    self.object = object
    self.loop = loop
  }

  /// - Returns: nil once the object is gone.
  func open(on loop: isolated Loop) -> Object? {
    precondition(loop === self.loop, "an object of another loop")
    return object
  }
}
