import RouterCore
import Synchronization

/// What a ``MicSocket`` asks of its node. Called on the connection's loop; the effects are the node's.
struct MicEvents: Sendable {
  /// A text message; the first one pauses the connection until the node resumes it.
  var said: @Sendable ([UInt8]) -> Void
  /// The browser broke the protocol; its connection is being closed.
  var refused: @Sendable () -> Void
  /// The browser said goodbye: finish the stream.
  var leaving: @Sendable () -> Void
  /// The connection is over.
  var closed: @Sendable (_ code: UInt16) -> Void
}

/// The data half of one browser: its messages become packets of its stream. Confined to the connection's loop.
final class MicSocket: WebSocketHandler {
  /// Why a connection is closed.
  enum Refusal: Equatable, Sendable {
    case size
    case chatter
    case early
    case frame(MicFrame.Fault)

    var code: UInt16 { self == .size ? 1009 : 1008 }
    var reason: String {
      switch self {
      case .size: "message too long"
      case .chatter: "too many text messages"
      case .early: "a start message comes first"
      case .frame(let fault): fault.rawValue
      }
    }
  }

  /// Bytes of a message; a larger one is closed with 1009.
  static let largest = 16_384
  /// What the server takes at all: a message above it breaks the connection, and the stream waits for its browser.
  static let messageLimit = 1 << 18
  /// Text messages a connection may send at once; one more each 50 ms.
  static let mostTexts = 40.0

  private let sender: MicSender
  private let counters: MicCounters
  private let events: MicEvents
  private var isGreeted = false
  private var isOver = false
  private var texts = MicSocket.mostTexts
  private var lastText: Instant?
  private var flow: MicFlow?

  init(_ sender: MicSender, _ counters: MicCounters, _ events: MicEvents) {
    self.sender = sender
    self.counters = counters
    self.events = events
  }

  func message(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    if isOver { return .go }
    guard message.payload.byteCount <= MicSocket.largest else { return refuse(.size) }
    if message.isText { return words(message) }
    guard isGreeted else { return refuse(.early) }
    return sound(message, on: loop)
  }

  func closing(code: UInt16, reason: String, on loop: isolated Loop) -> WebSocketGoodbye {
    isOver = true
    events.leaving()
    return .reply(code: 1000, reason: "bye")
  }

  func closed(code: UInt16, reason: String, on loop: isolated Loop) {
    isOver = true
    flow = nil
    events.closed(code)
  }

  private func refuse(_ refusal: Refusal) -> WebSocketVerdict {
    isOver = true
    counters.refusedMessage(refusal)
    events.refused()
    return .close(code: refusal.code, reason: refusal.reason)
  }

  // MARK: Text: twice a second at most, so it is copied and understood elsewhere

  private func words(_ message: WebSocketLoan) -> WebSocketVerdict {
    guard message.payload.byteCount <= MicText.longest else { return refuse(.size) }
    if let lastText { texts = min(MicSocket.mostTexts, texts + (message.arrival - lastText).seconds * 20) }
    lastText = message.arrival
    texts -= 1
    guard texts >= 0 else { return refuse(.chatter) }
    events.said(unsafe message.payload.withUnsafeBytes { unsafe [UInt8]($0) })
    defer { isGreeted = true }
    return isGreeted ? .go : .pause
  }

  // MARK: Sound

  private func sound(_ message: WebSocketLoan, on loop: isolated Loop) -> WebSocketVerdict {
    let stream = sender.stream.load(ordering: .acquiring)
    guard stream != 0 else { return .go }
    if flow == nil, let path = sender.path, let source = loop.source(stream) {
      flow = MicFlow(path, source, sender, counters)
    }
    guard let flow else { return .close(code: 1000, reason: "disconnected") }
    do throws(MicFrame.Fault) {
      let verdict = try flow.take(message.payload, at: message.arrival)
      guard case .close(let end) = verdict else { return .go }
      isOver = true
      return .close(code: end == .stopping ? 1001 : 1000, reason: end.rawValue)
    } catch {
      return refuse(.frame(error))
    }
  }
}
