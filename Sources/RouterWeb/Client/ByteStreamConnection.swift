import RouterCore

/// One outgoing byte stream from the first connect(2) to the last byte. Confined to its loop, whose poller keeps it.
final class ByteStreamConnection: ReadinessHandler, Dialling {
  /// A peer that takes nothing for so long is gone.
  private static let stallTime = Duration.seconds(20)

  private let attempt: ByteStreamAttempt
  private var completion: (@Sendable (ByteStreamAttempt.Outcome) -> Void)?
  /// While connecting.
  private var dial: SocketDial?
  private var transport: (any Transport)?
  private var mail: ByteStreamMail?
  private var handler: (any ByteStreamHandler)?
  private var output = OutputQueue()
  private let memory = ReadMemory()
  /// TLS wants to write before it can read.
  private var readNeedsWrite = false
  /// TLS wants to read before it can write.
  private var writeNeedsRead = false
  private var stall: TimerID?
  private var deadline: TimerID?
  private var watch: Watch?
  private var watched: Readiness = []

  init(_ attempt: ByteStreamAttempt, completion: @escaping @Sendable (ByteStreamAttempt.Outcome) -> Void) {
    self.attempt = attempt
    self.completion = completion
  }

  // MARK: Way up

  func start(on loop: isolated Loop) {
    let me = Confined(self, to: loop)
    let late = HTTPFailure(.timeout, "no connection within \(Int(attempt.target.timeout.seconds)) s")
    deadline = loop.schedule(at: attempt.deadline) { me.open(on: $0)?.fail(late, on: $0) }
    let dial = SocketDial(to: attempt.target.host, addresses: attempt.addresses, tls: attempt.tls, for: self)
    self.dial = dial
    dial.start(on: loop)
  }

  func dialed(_ result: Result<SocketDial.Line, HTTPFailure>, on loop: isolated Loop) {
    dial = nil
    switch result {
    case .success(let line): open(line, on: loop)
    case .failure(let failure): fail(failure, on: loop)
    }
  }

  private func open(_ line: SocketDial.Line, on loop: isolated Loop) {
    transport = line.transport
    do throws(SystemError) {
      watch = try loop.watch(line.transport.descriptor, for: .read, self)
      watched = .read
    } catch {
      return fail(HTTPFailure(.connect, "\(error)"), on: loop)
    }
    if let deadline { loop.cancel(deadline) }
    let me = Confined(self, to: loop)
    let home = loop
    let mail = ByteStreamMail(address: line.address.peer) {
      Task { await home.perform { loop in me.open(on: loop)?.takeMail(on: loop) } }
    }
    self.mail = mail
    handler = attempt.handler(loop, mail)
    completion?(.success(mail))
    completion = nil
  }

  // MARK: Bytes

  func ready(_ what: Readiness, on loop: isolated Loop) {
    if what.contains(.write) || (writeNeedsRead && what.contains(.read)) { flush(on: loop) }
    if what.contains(.read) || what.contains(.hangUp) || (readNeedsWrite && what.contains(.write)) { receive(on: loop) }
    updateInterest(on: loop)
  }

  /// Reads at most one turn's worth.
  private func receive(on loop: isolated Loop) {
    var budget = ReadMemory.turn
    repeat {
      guard let transport, let handler else { return }
      switch memory.read(transport, at: 0) {
      case .bytes(let count):
        readNeedsWrite = false
        budget -= count
        let reason = memory.withBytes(0..<count) { handler.receive($0, on: loop) }
        if let reason { return end(reason, on: loop) }
      case .again(let what):
        readNeedsWrite = what == .write
        return
      case .end: return end("the server closed the connection", on: loop)
      case .failed(let text): return end(text, on: loop)
      }
    } while transport?.hasBuffered == true && budget > 0
    if transport?.hasBuffered == true { readOnLater(on: loop) }
  }

  /// TLS holds bytes that no event will announce: goes on in the loop's next turn.
  private func readOnLater(on loop: isolated Loop) {
    let me = Confined(self, to: loop)
    loop.schedule(at: loop.time.now) { loop in
      me.open(on: loop)?.receive(on: loop)
      me.open(on: loop)?.updateInterest(on: loop)
    }
  }

  private func takeMail(on loop: isolated Loop) {
    guard let mail, transport != nil else { return }
    let (bytes, wantsEnd) = mail.take()
    for piece in bytes { output.append(piece) }
    flush(on: loop)
    if wantsEnd { return end(nil, on: loop) }
    updateInterest(on: loop)
  }

  private func flush(on loop: isolated Loop) {
    guard let transport else { return }
    var written = 0
    let outcome = output.flush(to: transport, written: &written)
    mail?.sent(written)
    switch outcome {
    case .drained: endStall(on: loop)
    case .blocked(let what):
      writeNeedsRead = what == .read
      if written > 0 { endStall(on: loop) }
      beginStall(on: loop)
      return
    case .failed: return end("the server closed the connection", on: loop)
    }
    writeNeedsRead = false
  }

  private func beginStall(on loop: isolated Loop) {
    guard stall == nil else { return }
    let me = Confined(self, to: loop)
    stall = loop.schedule(at: loop.time.now + ByteStreamConnection.stallTime) {
      me.open(on: $0)?.end("the server takes nothing any more", on: $0)
    }
  }

  private func endStall(on loop: isolated Loop) {
    if let stall { loop.cancel(stall) }
    stall = nil
  }

  /// Asks the poller for what there is to wait for; a call only when it changed.
  private func updateInterest(on loop: isolated Loop) {
    guard let watch else { return }
    var wanted: Readiness = readNeedsWrite ? .write : .read
    if !output.isEmpty { wanted.insert(writeNeedsRead ? .read : .write) }
    guard wanted != watched else { return }
    watched = wanted
    loop.change(watch, to: wanted)
  }

  // MARK: Ends

  /// Ends an attempt that is not open yet.
  func fail(_ failure: HTTPFailure, on loop: isolated Loop) {
    guard let completion else { return }
    self.completion = nil
    end(nil, on: loop)
    completion(.failure(failure))
  }

  /// - Parameter reason: As the handler is told it.
  private func end(_ reason: String?, on loop: isolated Loop) {
    if let deadline { loop.cancel(deadline) }
    endStall(on: loop)
    dial?.cancel(on: loop)
    dial = nil
    if let watch { loop.unwatch(watch) }
    watch = nil
    transport?.close()
    transport = nil
    mail?.end()
    mail = nil
    let told = handler
    handler = nil
    told?.closed(reason, on: loop)
  }
}
