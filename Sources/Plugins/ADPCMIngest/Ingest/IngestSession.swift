import RouterCore

/// One microphone's connection as a state machine: what each message means. Pure; allocates nothing.
///
/// The order of the checks and the words of each refusal are those that senders of this protocol know.
struct IngestSession {
  /// Why a connection is refused: close code and reason.
  enum Refusal: Equatable, Sendable {
    case text
    case handshake
    case frame(IngestFrame.Fault)

    var code: UInt16 { self == .text ? 1003 : 1008 }

    var reason: String {
      switch self {
      case .text: "binary required"
      case .handshake: "invalid handshake"
      case .frame(let fault): fault.rawValue
      }
    }
  }

  /// What the owner does.
  enum Action: Equatable {
    /// The stream begins: build its path, read on then.
    case open(IngestHandshake)
    /// The message's payload, behind its head, is the next frame.
    case frame(sequence: UInt32, SequenceWatch.Step)
    /// A frame without samples: nothing to send on.
    case empty
    case refuse(Refusal)
    /// It came after the end.
    case nothing
  }

  private enum State {
    case greeting
    case streaming(IngestHandshake)
    case over
  }

  private var state = State.greeting
  private(set) var watch = SequenceWatch()

  /// The handshake, once it was taken and until the end.
  var handshake: IngestHandshake? { if case .streaming(let handshake) = state { handshake } else { nil } }

  /// Takes one message of the sender.
  mutating func message(_ bytes: RawSpan, isText: Bool) -> Action {
    switch state {
    case .over: return .nothing
    case _ where isText: return refuse(.text)
    case .greeting:
      guard let handshake = IngestHandshake(bytes) else { return refuse(.handshake) }
      state = .streaming(handshake)
      return .open(handshake)
    case .streaming(let handshake):
      do throws(IngestFrame.Fault) {
        let frame = try IngestFrame(bytes, of: handshake)
        let step = watch.take(frame.sequence)
        return bytes.byteCount == IngestFrame.headBytes ? .empty : .frame(sequence: frame.sequence, step)
      } catch {
        return refuse(.frame(error))
      }
    }
  }

  private mutating func refuse(_ refusal: Refusal) -> Action {
    state = .over
    return .refuse(refusal)
  }
}
