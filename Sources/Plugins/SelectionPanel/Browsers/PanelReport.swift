import RouterCore

/// What `/status` and `/health` tell of a panel. Pure.
struct PanelReport: Sendable {
  var naming: MediaNaming
  /// What plays.
  var slot: Int?
  var clients: Int
  /// Missing and empty files.
  var missing: [String]
  /// Every panel that told how it is.
  var panels: [PanelStatusEvent]

  /// nil: no panel is linked, or it has said nothing yet.
  var isConnected: Bool? { panels.isEmpty ? nil : panels.allSatisfy(\.isConnected) }

  /// All fields of both generations of the interface.
  var status: JSON {
    var members: [JSON.Member] = [
      .init("version", .string(interface)), .init("mode", naming.count <= 10 ? "prototype" : "production"),
      .init("num_media", .integer(Int64(naming.count))), .init("current_button", number(slot)),
    ]
    if naming.base == 0 { members.append(.init("current_id", number(slot))) }
    members += [
      .init("ws_clients", .integer(Int64(clients))), .init("serial_connected", .bool(isConnected ?? false)),
      .init("serial_port", .string(panels.map(\.port).joined(separator: ", "))),
      .init("media_missing", .integer(Int64(missing.count))),
      .init("missing_files", .array(missing.prefix(10).map { .string($0) })),
      .init("esp32_local_led", .bool(lightsItself)), .init("base", .integer(Int64(naming.base))),
      .init("server", "media-router"),
    ]
    return .object(members)
  }

  /// A line that nobody has linked cannot be down.
  var health: (status: Int, json: JSON) {
    let isFine = (isConnected ?? true) && missing.isEmpty
    return (
      isFine ? 200 : 503,
      [
        "status": isFine ? "healthy" : "degraded", "serial": .bool(isConnected ?? true),
        "media_complete": .bool(missing.isEmpty),
      ]
    )
  }

  /// The generation of the interface that programs tell apart by: the first counts from 0.
  private var interface: String { naming.base == 0 ? "2.2.5" : "2.5.3" }

  /// Firmware from 2.4.1 on lights the button's LED by itself.
  private var lightsItself: Bool {
    panels.contains { panel in
      let digits = (panel.firmware ?? "").split { !$0.isNumber && $0 != "." }.first ?? ""
      let parts = digits.split(separator: ".").prefix(3).compactMap { Int($0) }
      return !parts.isEmpty && !parts.lexicographicallyPrecedes([2, 4, 1])
    }
  }

  private func number(_ value: Int?) -> JSON { value.map { .integer(Int64($0)) } ?? .null }
}
