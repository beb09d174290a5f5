import Testing

@testable import SelectionPanel

@Suite struct PanelLineTests {
  @Test(arguments: [
    ("READY", PanelLine.ready), ("PONG", .pong), ("OK", .ok),
    ("FW selection-panel v2.5.1", .firmware("selection-panel v2.5.1")),
    ("FW 2.4.1 (Proto 10 LEDs)", .firmware("2.4.1 (Proto 10 LEDs)")), ("PRESS 003", .press(3)), ("PRESS 7", .press(7)),
    ("PRESS 000", .press(0)), ("PRESS 100", .press(100)), ("RELEASE 004", .release(4)),
    ("ERROR INVALID_ID", .error("INVALID_ID")), ("ERROR Invalid LED (1-100)", .error("Invalid LED (1-100)")),
    ("ERROR", .error("")), ("CURLED 5", .status("CURLED", 5)), ("BTNS 10", .status("BTNS", 10)),
    ("LEDS 10", .status("LEDS", 10)), ("HEAP 271828", .status("HEAP", 271_828)), ("MODE PROTOTYPE", .mode("PROTOTYPE")),
  ])
  func `words of both families`(text: String, line: PanelLine) { #expect(PanelLine(text) == line) }

  @Test(arguments: [
    "press 003", "PRESS", "PRESS 0003", "PRESS -01", "PRESS 3x", "PRESS 003 004", ">>> PRESS 003", " PRESS 003", "003",
    "PRESS003", "LEDS 0000000010", "Testing LEDs...", "Commands: PING STATUS", "READY now", "PRESS 00\u{FF11}",
    "----------------------------------------------------------------------",
  ])
  func `anything else is nothing`(text: String) { #expect(PanelLine(text) == .other(text)) }

  @Test func `commands are written as every firmware reads them`() {
    #expect(PanelCommand.set(3).text == "LEDSET 003")
    #expect(PanelCommand.set(100).text == "LEDSET 100")
    #expect(PanelCommand.clear.text == "LEDCLR")
  }
}
