internal import RouterCore

extension Connection {
  /// Decides what becomes of a request whose head is whole.
  /// - Parameter isLast: Nothing was received behind the head.
  func begin(_ head: RequestHead, isLast: Bool, on loop: isolated Loop) {
    listener.requests.add()
    exchangeCount += 1
    keepsAlive = head.keepsAlive
    switch listener.gate.decide(head, peer: peer, local: local, isEncrypted: transport.isEncrypted) {
    case .refuse(let refusal, let fields): refuse(refusal, fields, after: head, on: loop)
    case .options(let methods):
      let fields = HTTPFields([("Allow", methods.joined(separator: ", "))])
      answer(HTTPResponse(status: 204, fields: fields), to: head, on: loop)
    case .serve(let entry, let parameters):
      let body = BodyDecoder(head.framing, limit: entry.route.bodyLimit)
      if body.isTooLarge { return refuse(Refusal(413, "body too large"), after: head, on: loop) }
      let exchange = Exchange(
        number: exchangeCount, head: head, entry: entry, parameters: parameters, body: body)
      self.exchange = exchange
      lease = entry.lease
      if head.framing != .none, let refusal = entry.route.refusal {
        let request = exchange.request(peer: peer, local: local, isTLS: listener.isTLS)
        if let response = refusal(request) { return answer(response, to: head, on: loop) }
      }
      guard head.framing != .none else { return startHandler(on: loop) }
      phase = .body
      timer.start(.body, at: loop.time.now)
      if head.expectsContinue, isLast { send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), on: loop) }
    }
  }

  /// Gives the request to its node, off the loop; the answer comes back as mail.
  func startHandler(on loop: isolated Loop) {
    guard let exchange else { return }
    phase = .handling
    timer.start(.nothing, at: loop.time.now)
    let request = exchange.request(peer: peer, local: local, isTLS: listener.isTLS)
    let (id, number, mail) = (id, exchange.number, shard.handle)
    switch exchange.entry.route.answer {
    case .http(let handler):
      task = Task {
        let response = await handler(request)
        mail.post { loop, shard in shard.connections[id]?.respond(response, to: number, on: loop) }
      }
    case .webSocket(let open):
      let loop = mail.loop
      task = Task {
        let answer = await open(request, loop)
        mail.post { loop, shard in shard.connections[id]?.upgrade(answer, to: number, on: loop) }
      }
    case .silence: preconditionFailure("a request was matched with what answers no request")
    }
  }

  // MARK: Refusals

  /// Refuses what cannot be read as a request: answers and ends.
  func refuse(_ refusal: Refusal, on loop: isolated Loop) {
    listener.metrics.refused(refusal.reason)
    exchange = nil
    keepsAlive = false
    write(Connection.response(refusal), minorVersion: 1, isHead: false, on: loop)
  }

  /// Refuses a readable request; a body that nobody will read ends the connection.
  private func refuse(
    _ refusal: Refusal, _ fields: HTTPFields = HTTPFields(), after head: RequestHead, on loop: isolated Loop
  ) {
    listener.metrics.refused(refusal.reason, isLogged: ![404, 405, 426].contains(refusal.status))
    var response = Connection.response(refusal)
    for (name, value) in fields.all { response.fields.add(name, value) }
    answer(response, to: head, on: loop)
  }

  private func answer(_ response: HTTPResponse, to head: RequestHead, on loop: isolated Loop) {
    exchange = nil
    keepsAlive = head.keepsAlive && head.framing == .none
    write(response, minorVersion: head.minorVersion, isHead: head.method == "HEAD", on: loop)
  }

  static func response(_ refusal: Refusal) -> HTTPResponse {
    .text("\(refusal.status) \(StatusText.of(refusal.status)): \(refusal.reason)\n", status: refusal.status)
  }
}
