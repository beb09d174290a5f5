import RouterCore

/// What the port answers.
extension BrowsersNode {
  nonisolated func routes(_ inbox: AsyncStream<BrowserMessage>.Continuation) async -> [Route] {
    let fixed: [Route] = [
      Route("GET", BrowsersRoute.page, access: .device) { await self.home($0) },
      Route("GET", BrowsersRoute.files, access: .device) { request in
        PageFile.named[request.parameters["file"] ?? ""]?.answer(to: request) ?? BrowsersNode.nothing
      },
      Route("GET", BrowsersRoute.ownFiles, access: .device) { await self.ownFile($0.parameters["*"] ?? "") },
      Route("GET", BrowsersRoute.icon, access: .device) { PageFile.icon.answer(to: $0) },
      Route("GET", BrowsersRoute.media, access: .device) { await self.media($0) },
      Route(webSocket: BrowsersRoute.socket) { _, _ in await self.admit(inbox) },
    ]
    return await fixed + panelRoutes() + libraryRoutes()
  }

  static var nothing: HTTPResponse { .text("404 Not Found\n", status: 404) }

  // MARK: The panel

  private nonisolated func panelRoutes() -> [Route] {
    [
      Route("GET", BrowsersRoute.play, access: .device) { await self.press($0) },
      Route("GET", BrowsersRoute.stop, access: .device) { await self.pressStop($0) },
      Route("GET", BrowsersRoute.status, access: .device) { _ in
        BrowsersNode.fresh(.json(await self.report.status))
      },
      Route("GET", BrowsersRoute.health, access: .device) { _ in
        let health = await self.report.health
        return BrowsersNode.fresh(.json(health.json, status: health.status))
      },
    ]
  }

  var report: PanelReport {
    PanelReport(
      naming: config.naming, slot: audience.current(at: context.time.now, length: lengths)?.slot, clients: seats.count,
      missing: folder.inventory.missing, panels: panels.sorted { $0.key < $1.key }.map(\.value))
  }

  /// As the first server answered, to the letter: programs compare it.
  private func press(_ request: HTTPRequest) -> HTTPResponse {
    if let refusal = BrowsersNode.refuseStranger(request) { return refusal }
    guard let slot = Int((request.parameters["id"] ?? "").filter { $0 != " " }) else {
      return .text("ERROR: Ungueltige ID", status: 400)
    }
    let slots = config.naming.slots
    guard slots.contains(slot) else {
      return .text("ERROR: ID muss \(slots.lowerBound)-\(slots.upperBound - 1) sein", status: 400)
    }
    say(PressEvent(slot: slot, by: .page, pressedAt: context.time.now, time: .now()), on: "presses")
    return BrowsersNode.fresh(.text("OK: play \(slot)"))
  }

  private func pressStop(_ request: HTTPRequest) -> HTTPResponse {
    if let refusal = BrowsersNode.refuseStranger(request) { return refusal }
    say(PressEvent(slot: nil, by: .page, pressedAt: context.time.now, time: .now()), on: "presses")
    return BrowsersNode.fresh(.text("OK: stopped"))
  }

  /// A page of somebody else must not press buttons from within a visitor's browser.
  private static func refuseStranger(_ request: HTTPRequest) -> HTTPResponse? {
    guard request.fields["Sec-Fetch-Site"] == "cross-site" else { return nil }
    return .text("403 Forbidden: asked for by another site\n", status: 403)
  }

  static func fresh(_ response: HTTPResponse) -> HTTPResponse {
    var response = response
    response.fields.add("Cache-Control", "no-store")
    return response
  }

  // MARK: Files

  private func home(_ request: HTTPRequest) async -> HTTPResponse {
    guard !config.page.isEmpty else { return PageFile.panel.answer(to: request) }
    return await file("index.html", in: [ownFolder])
  }

  private func ownFile(_ name: String) async -> HTTPResponse {
    guard !config.page.isEmpty else { return BrowsersNode.nothing }
    return await file(name, in: [ownFolder, "\(ownFolder)/static"])
  }

  private var ownFolder: String { config.page.hasPrefix("/") ? config.page : "\(context.folder)/\(config.page)" }

  private func file(_ name: String, in folders: [String]) async -> HTTPResponse {
    let found = await context.blocking.run { folders.lazy.compactMap { ServedFolder(path: $0).file(name) }.first }
    guard let found else { return BrowsersNode.nothing }
    return HTTPResponse(fields: HTTPFields([("X-Content-Type-Options", "nosniff")]), body: .file(path: found))
  }

  /// A file of the media folder. Pages that know no other names ask for `003.jpg` and `003.mp3`: they get what is there.
  private func media(_ request: HTTPRequest) async -> HTTPResponse {
    let name = request.parameters["*"] ?? ""
    let inventory = folder.inventory
    let meant = inventory.naming.meaning(of: name).flatMap { slot, format -> MediaFile? in
      let all = inventory.all(format.role, of: slot)
      return all.first { $0.format == format } ?? inventory.file(format.role, of: slot)
    }
    let served = ServedFolder(path: folder.path)
    let found = await context.blocking.run { served.file(meant?.name ?? name) ?? served.file(name) }
    guard let found else { return BrowsersNode.nothing }
    let isVersioned = meant.map { request.query("v") == $0.version } ?? false
    return HTTPResponse(
      fields: HTTPFields([
        ("Cache-Control", isVersioned ? "public, max-age=31536000, immutable" : "no-cache"),
        ("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "default-src 'none'; sandbox"),
      ]), body: .file(path: found))
  }
}
