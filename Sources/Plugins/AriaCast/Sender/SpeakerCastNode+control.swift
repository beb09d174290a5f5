internal import RouterCore

/// What the speaker says, and what it is told beside the sound.
extension SpeakerCastNode {
  /// Opens `/control`: shows whether the speaker is there without taking it, and brings its volume and its wishes.
  ///
  /// - Throws: `NodeFailure` `.missing` when nobody is there. A speaker without `/control` is cast to all the same.
  func listen(to target: Target) async throws(NodeFailure) {
    let link = ControlLink()
    do throws(HTTPFailure) {
      let peer = try await context.sockets.connect(
        to: target.url.control, fields: HTTPFields(), subprotocols: [], messageLimit: 64 << 10, on: context.loop,
        handler: { _, _ in ControlHandler(link) })
      link.attach(peer)
      control = link
      Task { await self.follow(link) }
    } catch {
      guard error.status != nil else { throw NodeFailure(castingTo: target.words, .connection(error)) }
      context.log.debug("the speaker has no /control for us", ("reason", error.message))
    }
  }

  /// Opens `/control` anew while the cast goes on without it.
  func listenAgain() async {
    guard let target, control == nil, connection != nil else { return }
    do throws(NodeFailure) {
      try await listen(to: target)
      loss = nil
      // The node was stopped meanwhile.
      if !gate.isOpen { hangUp() }
    } catch {
      context.log.debug("no /control", ("reason", error.reason))
    }
  }

  /// Says goodbye on `/control`.
  func hangUp() {
    control?.close()
    control = nil
  }

  private func follow(_ link: ControlLink) async {
    for await word in link.words { await hear(word, from: link) }
    guard control === link else { return }
    control = nil
    loss = NodeFailure(.missing, "\(target?.words ?? "the speaker") is gone: its connection ended")
    tell()
  }

  private func hear(_ text: String, from link: ControlLink) async {
    guard control === link else { return }
    switch SpeakerWord.read(text) {
    case .volume(let volume):
      guard volume != lastVolume else { return }
      lastVolume = volume
      await context.graph.emit(volume, on: "volume")
    // While nothing is cast, wishes are another sender's.
    case .transport where connection == nil: break
    case .transport(let wish): await context.graph.emit(ControlEvent(.transport(wish)), on: "control")
    case nil: break
    }
  }

  // MARK: Metadata

  func take(_ event: Event) {
    guard let told = event.payload as? MetadataEvent else { return }
    let source = "\(event.source) \(event.key)"
    if event.isWithdrawn {
      guard metadata?.source == source else { return }
      metadata = nil
    } else {
      metadata = (told, source, context.time.now)
    }
    if connection != nil { post() }
  }

  /// Tells the speaker what is played, now and again in 10 s. One request at a time; never waits.
  func post() {
    nextPost = context.time.now + .seconds(10)
    mustPostAgain = true
    guard !isPosting else { return }
    isPosting = true
    Task { await self.deliver() }
  }

  private func deliver() async {
    while mustPostAgain, let target {
      mustPostAgain = false
      let age = metadata.map { context.time.now - $0.at } ?? .zero
      let body = OutgoingMetadata.body(metadata?.event, age: age, isCasting: connection != nil)
      let call = HTTPCall(
        "POST", url: target.url.metadata, fields: HTTPFields([("Content-Type", "application/json")]),
        body: Array(body.compact.utf8), timeout: .seconds(5), bodyLimit: 64 << 10)
      let answer: HTTPAnswer?
      do throws(HTTPFailure) { answer = try await context.http.send(call) } catch { answer = nil }
      (200..<300).contains(answer?.status ?? 0) ? counters.metadata.add() : counters.metadataFailures.add()
    }
    isPosting = false
  }
}
