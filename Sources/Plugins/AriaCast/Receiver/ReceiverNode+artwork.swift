import RouterCore

/// The picture of what is played: fetched from the sender, served at `/artwork` and `/image/artwork`.
extension ReceiverNode {
  /// Of a picture.
  static let largestPicture = 4 << 20
  static let pictureTimeout = Duration.seconds(5)

  /// Where clients of ours find the picture; nil while there is none. Differs with every picture.
  var artworkPath: String? { desk.artwork == nil ? nil : "/artwork?v=\(desk.version)" }

  func picture(_ request: HTTPRequest) -> HTTPResponse {
    guard let artwork = desk.artwork else { return .text("there is no artwork\n", status: 404) }
    let tag = "\"\(context.id)-\(desk.version)\""
    let fields = HTTPFields([
      ("Content-Type", artwork.type), ("Cache-Control", "no-cache"), ("ETag", tag),
      ("X-Content-Type-Options", "nosniff"),
    ])
    if request.fields["If-None-Match"] == tag { return HTTPResponse(status: 304, fields: fields) }
    return CrossOrigin.allow(HTTPResponse(fields: fields, body: .bytes(artwork.bytes)), for: request)
  }

  /// Looks whether what is played wants another picture.
  func askForPicture() {
    let now = context.time.now
    let url = metadata.artworkURL.flatMap { allowed($0) ? $0 : nil }
    guard desk.changed(url: url, track: metadata.track, sender: pictureHost, at: now) else { return }
    fetchPicture(at: now + ArtworkDesk.delay)
  }

  private func allowed(_ url: String) -> Bool {
    if url.isEmpty { return false }
    let isAllowed = config.artworkPolicy.allows(url, from: pictureHost)
    if !isAllowed, url != refusedURL {
      refusedURL = url
      counters.picturesRefused.add()
      context.log.debug("artwork is not fetched from there", ("url", String(url.prefix(200))), ("peer", pictureHost))
    }
    return isAllowed
  }

  private func fetchPicture(at instant: Instant) {
    pictureTimer?.cancel()
    pictureTimer = Task { [time = context.time] in
      do { try await time.sleep(until: instant) } catch { return }
      // On its own: another track may cancel the waiting, not the fetching.
      Task { await self.fetchDuePicture() }
    }
  }

  private func fetchDuePicture() async {
    guard isOpen, let order = desk.take(at: context.time.now) else { return }
    let picture = await fetch(order.url)
    guard isOpen else { return }
    if picture == nil { counters.picturesMissing.add() } else { counters.pictures.add() }
    if let next = desk.finished(order, picture) { fetchPicture(at: next) }
    publishMetadata()
  }

  /// A sender that serves no picture is normal: nothing is said of it.
  private func fetch(_ url: String) async -> Artwork? {
    let call = HTTPCall(
      url: url, timeout: ReceiverNode.pictureTimeout, bodyLimit: ReceiverNode.largestPicture, redirects: 0)
    do throws(HTTPFailure) {
      let answer = try await context.http.send(call)
      guard answer.status == 200, let type = ArtworkType.sniff(answer.body) else { return nil }
      return Artwork(type: type, bytes: answer.body)
    } catch {
      context.log.debug("no artwork", ("url", String(url.prefix(200))), ("reason", error.message))
      return nil
    }
  }
}
