import RouterCore
import Testing

@testable import router

@Suite struct ServicePlanTests {
  private let places = ServicePlan.Places()

  @Test func `installing makes the user first and starts last`() {
    let steps = ServicePlan.install(
      places, executable: "/here", document: "/mine.json", unitText: "ExecStart=/usr/bin/media-router run",
      hasUser: false)
    guard case .run(let first)? = steps.first, case .run(let last)? = steps.last else { return #expect(Bool(false)) }
    #expect(first.first == "useradd" && first.last == "media-router")
    #expect(last == ["systemctl", "enable", "--now", "media-router"])
    #expect(steps.contains(.copyOnce(from: "/mine.json", to: "/var/lib/media-router/routes.json")))
    #expect(
      steps.contains(
        .write("ExecStart=/usr/local/bin/media-router run", to: "/etc/systemd/system/media-router.service")))
  }

  @Test func `a user that is there stays as it is`() {
    let steps = ServicePlan.install(places, executable: "/here", document: "/m", unitText: "", hasUser: true)
    #expect(!steps.contains { if case .run(let words) = $0 { words[0] == "useradd" } else { false } })
  }

  @Test func `uninstalling keeps the document and what was recorded`() {
    let steps = ServicePlan.uninstall(places)
    #expect(!steps.contains { if case .remove(let path) = $0 { path.hasPrefix("/var/lib") } else { false } })
  }

  @Test func `without a manager nobody is told`() {
    #expect(ServiceManager { _ in nil }?.patience == nil)
    #expect((ServiceManager { $0 == "NOTIFY_SOCKET" ? "vsock:2:1" : nil }) == nil)
    let manager = ServiceManager { ["NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "30000000"][$0] }
    #expect(manager?.patience == .seconds(30))
    #expect(ServiceManager { ["NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"][$0] }?.patience == nil)
  }
}
