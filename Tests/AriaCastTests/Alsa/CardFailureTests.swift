import Glibc
import RouterCore
import Testing

@testable import AriaCast

@Suite struct CardFailureTests {
  static let known = ["null", "jack", "default:CARD=Headphones", "hw:CARD=Headphones,DEV=0"]

  func failure(_ code: Int32, words: String = "", known: [String] = Self.known) -> NodeFailure {
    NodeFailure(
      opening: "hw:CARD=X", CardFailure(attempt: "open", code: code, words: words), known: known)
  }

  @Test(arguments: [ENOENT, ENODEV, ENXIO])
  func `a card that is not there is waited for`(code: Int32) { #expect(failure(code).kind == .missing) }

  @Test func `the message names the card, alsa's words and the cards there are`() {
    let failure = failure(ENODEV, words: "Cannot get card index for X")
    #expect(
      failure.reason == "cannot open sound card \"hw:CARD=X\": No such device (alsa: Cannot get card index for X)")
    #expect(failure.hint == "set \"device\" to one of: default:CARD=Headphones, hw:CARD=Headphones,DEV=0")
  }

  @Test func `a machine without cards is told so`() {
    #expect(
      failure(ENOENT, known: ["null", "jack"]).hint
        == "no sound card was found on this machine: plug one in; \"http.stream\" is heard without one")
  }

  @Test func `a forbidden card tells which group helps`() {
    #expect(failure(EACCES).kind == .blocked)
    #expect(failure(EACCES).hint?.contains("usermod -aG audio") == true)
  }

  @Test func `a card somebody else holds blocks`() { #expect(failure(EBUSY).kind == .blocked) }

  @Test func `what nobody expects is broken`() { #expect(failure(EINVAL).kind == .broken) }

  @Test func `the losses of a card say what was seen`() {
    #expect(
      NodeFailure(losing: "default", .failed(ENODEV)).reason == "sound card \"default\" is gone: No such device")
    #expect(NodeFailure(losing: "default", .stalled).kind == .missing)
    #expect(NodeFailure(losing: "default", .unstable).kind == .broken)
  }
}
