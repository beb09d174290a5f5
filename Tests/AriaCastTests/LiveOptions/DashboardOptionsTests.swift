import RouterCore
import Support
import Testing

@testable import AriaCast

/// Options of `ariacast.dashboard` that change while pages are open.
@Suite struct DashboardOptionsTests {
  typealias Config = AriacastDashboard.Config

  @Test func `the table names what is tried here`() {
    #expect(Config.ownLiveOptions == ["name", "maxListeners"])
  }

  @Test func `open pages learn the new name, also when it becomes the speaker's again`() async throws {
    let run = try await DashboardTests.start { $0.name = "House" }
    let node = try #require(run.node as? DashboardNode)
    let page = try await PageVisitor.open("/api/live", on: run.host)
    #expect(try await page.hears("name") == "House")
    var config = Config()
    config.name = "Garden"
    await node.update(to: config)
    #expect(try await page.hears("name") == "Garden")
    config.name = ""
    await node.update(to: config)
    #expect(try await page.hears("name") == .string(run.host.context.label))
    await run.stop()
  }

  @Test func `more browsers may listen, and who listens stays`() async throws {
    let run = try await DashboardTests.start()
    let node = try #require(run.node as? DashboardNode)
    var config = Config()
    config.maxListeners = 5
    await node.update(to: config)
    #expect(run.host.web.feeds.map(\.limits.maxListeners) == [5])
    #expect(run.host.web.feeds.map(\.isClosed) == [false])
    await run.stop()
  }

  @Test func `another token has to be given anew`() async throws {
    let run = try await DashboardTests.start()
    let node = try #require(run.node as? DashboardNode)
    let page = try await PageVisitor.open("/api/live", on: run.host)
    let far = try await PageVisitor.open("/api/live", on: run.host, from: "192.168.1.30")
    #expect(try await page.hears("mayControl") == true)
    #expect(try await far.hears("mayControl") == false)
    var config = Config()
    config.listener.token = "open sesame"
    await node.update(to: config)
    for visitor in [page, far] {
      let rights = try await visitor.hears()
      #expect(rights == ["mayControl": false, "hasToken": true])
    }
    await page.says(#"{"action":"play"}"#)
    #expect(try await page.hears("refused") == "token")
    await far.says(#"{"token":"open sesame"}"#)
    #expect(try await far.hears("mayControl") == true)
    config.name = "the same token"
    await node.update(to: config)
    await far.says(#"{"action":"play"}"#)
    #expect(await DashboardControlTests.waitForWishes(run, 1) == [.transport(TransportEvent(.play))])
    config.listener.token = nil
    await node.update(to: config)
    #expect(try await page.hears("mayControl") == true)
    #expect(try await far.hears("mayControl") == false)
    await run.stop()
  }
}
