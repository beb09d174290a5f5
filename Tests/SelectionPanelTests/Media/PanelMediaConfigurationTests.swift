import RouterCore
import Testing

@testable import SelectionPanel

/// Nodes of one panel should agree on its media.
@Suite struct PanelMediaConfigurationTests {
  private func linked(_ type: String, _ edit: (inout PanelBrowsers.Config) -> Void, id: NodeID = "other") -> LinkedNode
  {
    var config = PanelBrowsers.Config()
    edit(&config)
    let own = Port.eventIn("playback", PlaybackEvent.self, "")
    return LinkedNode(id: id, type: type, config: config, port: "playback", own: own)
  }

  @Test func `each difference is said once`() {
    let other = linked("panel.selector") { ($0.mediaCount, $0.base, $0.media) = (100, 1, "pictures") }
    let problems = PanelBrowsers.check(PanelBrowsers.Config(), linkedTo: [other, other])
    #expect(problems.map(\.path) == ["mediaCount", "base", "media"])
    #expect(problems.allSatisfy { $0.severity == .warning })
    #expect(problems.first?.message == #"is 10 here, but 100 in the linked node "other""#)
  }

  @Test func `the same folder may be written in several ways`() {
    let other = linked("panel.selector") { $0.media = "./media/" }
    #expect(PanelBrowsers.check(PanelBrowsers.Config(), linkedTo: [other]).isEmpty)
  }

  @Test func `the other of the two types is silent`() {
    let other = linked("media.player") { $0.mediaCount = 3 }
    #expect(PanelBrowsers.check(PanelBrowsers.Config(), linkedTo: [other]).isEmpty)
  }
}
