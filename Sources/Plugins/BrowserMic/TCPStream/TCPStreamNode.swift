import RouterCore

/// The control half of `tcp.stream`: a port for every stream, from the moment it comes to the moment it ends.
actor TCPStreamNode: LiveNode {
  private var config: TCPStream.Config
  private let context: NodeContext
  private let counters: TCPStreamCounters
  private var ports: [StreamPort.Key: StreamPort] = [:]
  private var hasSaidFallback = false

  init(config: TCPStream.Config, context: NodeContext) {
    self.config = config
    self.context = context
    counters = TCPStreamCounters(context.metrics)
  }

  func run() async throws(NodeFailure) {
    // All there is to do hangs on listeners and streams.
    while (try? await context.time.sleep(until: context.time.now + .seconds(3_600))) != nil {}
  }

  func stop() async {
    for key in Array(ports.keys) { await close(key) }
  }

  func update(to config: TCPStream.Config) async {
    self.config = config
    for (key, port) in ports { await port.feed.limit(config.feed(for: key.sound).limits) }
  }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    guard let sound = StreamSound(request.format, container: config.format) else {
      throw StageRefusal("\(request.format) is nothing players of TCP know; PCM, MP3 and Ogg Opus are")
    }
    let key = StreamPort.Key(stream: request.stream, sound: sound)
    if ports[key] == nil {
      let port = try await open(key, for: request)
      // Another way of the same stream may have come meanwhile.
      if ports[key] == nil { await keep(port, as: key) } else { await port.lease.release() }
    }
    guard let output = enter(key) else { throw StageRefusal("the port was closed while it was opened") }
    if !sound.isPCM { return MadeStage(TCPStreamStage(output)) }
    do throws(ConversionError) {
      return MadeStage(TCPStreamPCMStage(output, converter: try PCMConverter(from: request.format, to: sound.format)))
    } catch {
      await leave(key)
      throw StageRefusal("\(error)")
    }
  }

  /// One more way of a stream whose port is open.
  private func enter(_ key: StreamPort.Key) -> TCPStreamOutput? {
    guard var port = ports[key] else { return nil }
    port.ways += 1
    port.lastWay &+= 1
    ports[key] = port
    return TCPStreamOutput(
      feed: port.feed, gate: port.gate, ticket: FeedGate.ticket(stream: key.stream, place: port.lastWay),
      counters: counters, left: { [weak self] in Task { await self?.leave(key) } })
  }

  /// A way is over; the port closes with the last.
  private func leave(_ key: StreamPort.Key) async {
    guard var port = ports[key] else { return }
    port.ways -= 1
    ports[key] = port
    if port.ways <= 0 { await close(key) }
  }

  // MARK: Ports

  private func open(_ key: StreamPort.Key, for request: StageRequest) async throws(StageRefusal) -> StreamPort {
    let config = config
    var search = PortSearch(
      first: config.firstPort, fallback: config.fallbackPort, count: config.portCount,
      wish: request.offer.attributes["port"].flatMap { Int($0) })
    var settings = config.feed(for: key.sound)
    settings.audienceChanged = { [listeners = counters.listeners] in listeners.add($0) }
    let feed = context.web.makeFeed(settings)
    let routes = TCPStream.routes(to: feed, sound: key.sound, label: request.offer.label)
    var last: NodeFailure?
    while let number = search.port {
      var listener = config.listener
      listener.listen = PeerAddress(host: config.host, port: number)
      listener.isShared = false
      do throws(NodeFailure) {
        let lease = try await context.web.lease(routes, on: listener, by: context.id)
        if search.fellBack { sayFallback(config) }
        let service = TCPStream.service(
          request.offer, stream: request.stream, sound: key.sound, port: lease.address.port, among: search.ports)
        return StreamPort(
          lease: lease, feed: feed, gate: FeedGate(), service: service, record: request.offer.record)
      } catch {
        last = error
        search.refused(PortSearch.Refusal(code: error.code))
      }
    }
    counters.refused.add()
    let reason = last?.reason ?? "there is no port"
    throw StageRefusal(
      "no port from \(search.ports.lowerBound) to \(search.ports.upperBound - 1) could be had; the last try: \(reason)")
  }

  private func sayFallback(_ config: TCPStream.Config) {
    if hasSaidFallback { return }
    hasSaidFallback = true
    context.log.warning(
      "this process may not listen on port \(config.firstPort): streams get ports from \(config.fallbackPort) on",
      ("hint", "give it CAP_NET_BIND_SERVICE, or set \"firstPort\" above 1023"))
  }

  private func keep(_ port: StreamPort, as key: StreamPort.Key) async {
    ports[key] = port
    counters.ports.set(ports.count)
    port.record.add(listeningAddress: port.address)
    context.log.info(
      "\"\(port.service.instance)\" is heard at \(port.address)", ("stream", "\(key.stream)"),
      ("format", key.sound.kind.rawValue))
    await context.graph.emit(port.service, on: "service", key: port.serviceKey)
  }

  private func close(_ key: StreamPort.Key) async {
    guard let port = ports.removeValue(forKey: key) else { return }
    counters.ports.set(ports.count)
    port.record.remove(listeningAddress: port.address)
    await context.graph.withdraw(port.service, on: "service", key: port.serviceKey)
    await port.feed.close()
    await port.lease.release()
  }
}
