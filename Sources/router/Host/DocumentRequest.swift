import RouterCore

/// A change of the routes document that somebody asks for.
struct DocumentRequest: Sendable {
  /// What is to become of the document.
  enum Change: Sendable {
    /// Another document, and the text it was read from.
    case whole(LocatedJSON, text: [UInt8])
    /// A text that stands on disk already.
    case saved([UInt8])
    /// A merge patch on the document.
    case patch(JSON)
    /// One node or link.
    case edit(DocumentEdit)
    case undo
    case redo
  }

  /// Who asks, as the event `graph` and the log say it.
  enum Origin: String, Sendable { case api, file, signal, undo, redo }

  /// The revision a change was made for.
  enum Base: Sendable {
    case any
    /// Entity tags with their quotes.
    case oneOf([String])
  }

  struct Terms: Sendable {
    var base = Base.any
    var isDryRun = false
    var rewire = RewireOptions()
  }

  var change: Change
  var origin = Origin.api
  var terms = Terms()
}

/// What a change did, or in a dry run would do.
struct DocumentAnswer: Sendable {
  var revision: Int
  var tag: String
  var plan: RewirePlan
  var warnings: [Problem]
  /// Further members of the answer: links that went with their node, the id of a new link.
  var facts: [JSON.Member] = []
  /// How long each part took.
  var timing = ChangeTiming()
}

/// Where the time of a change went.
struct ChangeTiming: Sendable {
  /// From the request to the checked document.
  var check = Duration.zero
  /// From there to the graph that plays, with the document written beside the old one.
  var rewire = Duration.zero
  /// The document put in place.
  var save = Duration.zero

  /// The value of a `Server-Timing` field; in milliseconds.
  var field: String {
    [("check", check), ("rewire", rewire), ("save", save)].map { name, duration in
      "\(name);dur=\(Double(duration.nanoseconds / 1_000) / 1_000)"
    }.joined(separator: ", ")
  }
}

/// Why nothing was changed.
struct DocumentRefusal: Error {
  enum Kind: Sendable {
    /// Somebody else was faster.
    case stale
    /// The document would have problems, or its nodes cannot start.
    case refused
    /// A running node would wait; forcing helps.
    case wouldWait
    /// There is no such node or link.
    case unknown
    /// There is nothing to undo or redo.
    case nothing
    case notSaved
    /// The router is on its way out.
    case stopping
  }

  var kind: Kind
  var detail: String
  var problems: [Problem] = []
}
