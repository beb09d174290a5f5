import RouterCore
import Testing

@testable import SelectionPanel

/// `/status` and `/health`, as programs of both generations read them.
@Suite struct PanelReportTests {
  private func panel(_ isConnected: Bool, _ firmware: String? = nil) -> PanelStatusEvent {
    var event = PanelStatusEvent(port: "/dev/ttyACM0", isConnected: isConnected)
    event.firmware = firmware
    return event
  }

  private func report(
    count: Int = 10, base: Int = 1, slot: Int? = nil, missing: [String] = [], _ panels: PanelStatusEvent...
  ) -> PanelReport {
    PanelReport(
      naming: MediaNaming(count: count, base: base), slot: slot, clients: 2, missing: missing, panels: panels)
  }

  @Test func `every field of the newer generation stands in its order`() {
    let status = report(slot: 3, panel(true, "selection-panel v2.5.1")).status
    let keys = status.members?.map(\.key) ?? []
    #expect(
      keys.prefix(10) == [
        "version", "mode", "num_media", "current_button", "ws_clients", "serial_connected", "serial_port",
        "media_missing", "missing_files", "esp32_local_led",
      ])
    #expect(status["version"]?.text == "2.5.3" && status["mode"]?.text == "prototype")
    #expect(status["current_button"]?.int == 3 && status["serial_connected"]?.flag == true)
    #expect(status["serial_port"]?.text == "/dev/ttyACM0" && status["esp32_local_led"]?.flag == true)
  }

  @Test func `counted from 0 it also has the first generation's field`() {
    let status = report(count: 100, base: 0, slot: 0).status
    #expect(status["current_id"]?.int == 0 && status["current_button"]?.int == 0)
    #expect(status["mode"]?.text == "production" && status["version"]?.text == "2.2.5")
    #expect(report(base: 1).status["current_id"] == nil)
    #expect(report().status["current_button"] == .null)
  }

  @Test func `all missing files are counted, ten are named`() {
    let names = (1...13).map { MediaNaming.name($0, .jpg) }
    let status = report(count: 20, missing: names).status
    #expect(status["media_missing"]?.int == 13)
    #expect(status["missing_files"]?.items?.count == 10)
  }

  @Test(arguments: [
    ("selection-panel v2.5.1", true), ("2.4.1 (Proto 10 LEDs)", true), ("2.4.0 (Proto 10 LEDs)", false),
    ("2.2.5", false), ("v3", true), ("", false), ("unknown", false),
  ])
  func `firmware from 2_4_1 on lights its own LED`(firmware: String, isLit: Bool) {
    #expect(report(panel(true, firmware)).status["esp32_local_led"]?.flag == isLit)
  }

  @Test func `health is as bad as the worst of panel and media`() {
    #expect(report(panel(true)).health.status == 200)
    #expect(report(panel(true), panel(false)).health.status == 503)
    #expect(report(missing: ["001.jpg"], panel(true)).health.status == 503)
    let bad = report(missing: ["001.jpg"], panel(false)).health.json
    #expect(bad.compact == #"{"status":"degraded","serial":false,"media_complete":false}"#)
  }

  @Test func `without a panel linked the line cannot be down`() {
    #expect(report().health.status == 200)
    #expect(report().health.json["serial"]?.flag == true && report().status["serial_connected"]?.flag == false)
  }
}
