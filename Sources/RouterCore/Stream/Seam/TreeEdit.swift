/// What a place of a tree is to be: one that is there already and is carried over with its stage, or a new one.
struct BranchDraft: Sendable {
  let place: PlaceID
  let node: NodeID
  let link: LinkID
  let format: StreamFormat
  /// The stage of a new place; nil carries the place of that number over.
  let fresh: Crate<any Stage>?
  let below: [BranchDraft]
}

/// The tree one loop drives for one stream, as it is to be.
struct TreeDraft: Sendable {
  enum Root: Sendable {
    case stream(StreamID)
    /// The lower half of a path on a worker; the reader where it is new.
    case handoff(HandoffID, Crate<HandoffReader>?)
  }
  let root: Root
  let draft: BranchDraft
}

/// Everything one loop changes in one job.
struct LoopEdit: Sendable {
  var trees: [TreeDraft] = []
  /// Lower halves that end: what is in their rings still goes through.
  var endedHandoffs: [HandoffID] = []
  /// Length of the overlap; zero changes from one sample to the next.
  var overlap = Duration.zero
}

/// Carries something made on the control side to the loop that will own it.
final class Crate<Content>: @unchecked Sendable {
  // Unchecked because the content is put in by the maker, who keeps no way to it, and taken out once, on the loop; the
  // job that carries the crate orders the two.
  private var content: Content?
  init(_ content: sending Content) { self.content = content }

  /// What was put in. Once.
  func take() -> Content {
    guard let content else { preconditionFailure("a crate is opened twice") }
    self.content = nil
    return content
  }

  /// What was put in, if nobody has taken it.
  func takeIfThere() -> Content? {
    defer { content = nil }
    return content
  }
}
