internal import Glibc
import RouterCore

/// The thread that holds one open port: reads lines, writes commands, knows the time. Ends when the port does, or is told.
final class PanelThread: Sendable {
  /// What it tells, in order.
  enum News: Sendable {
    /// A button, by its number on the wire.
    case press(Int, at: Instant)
    case facts(PanelLink.Facts)
    case note(String)
    /// Bytes or lines that were no use.
    case lost(lines: Int)
    /// A light's command that nobody confirmed.
    case unconfirmed(Int)
    /// The last.
    case closed(String)
  }

  private struct Wishes {
    /// The light that is to be on, by its number on the wire, if that has changed.
    var light: Int??
    var isStopped = false
  }

  private let wishes = PthreadLock(Wishes())
  private let pipe: WakePipe
  private let isOver = OneShot<Void>()

  /// Starts the thread.
  /// - Parameters:
  ///   - past: What is known of the panel from an earlier port.
  ///   - tell: Called on the thread.
  /// - Throws: `SystemError` if the process has no descriptors or threads left.
  init(
    _ port: SerialPort, wanted: Int?, past: PanelLink.Facts, tell: @escaping @Sendable (News) -> Void
  ) throws(SystemError) {
    pipe = try WakePipe()
    try OwnThread.start("panel") { [self] in
      let reason = Talk(port: port, wanted: wanted, past: past, tell: tell).run(until: self)
      port.end()
      tell(.closed(reason))
      isOver.fulfil(())
    }
  }

  /// Another light is to be on, or the same once more. Any thread.
  func light(_ number: Int?) {
    wishes.withLock { $0.light = .some(number) }
    pipe.wake()
  }

  /// Ends the thread; returns when the port is closed.
  func stop() async {
    wishes.withLock { $0.isStopped = true }
    pipe.wake()
    await isOver.value
  }

  /// What one port's life needs.
  private struct Talk {
    let port: SerialPort
    let tell: @Sendable (News) -> Void
    var link: PanelLink
    var lines = LineAssembler()
    /// Bytes that wait for room.
    var unsent: [UInt8] = []
    var facts: PanelLink.Facts
    var overflows = 0
    var unconfirmed = 0
    var end: String?

    init(port: SerialPort, wanted: Int?, past: PanelLink.Facts, tell: @escaping @Sendable (News) -> Void) {
      self.port = port
      self.tell = tell
      link = PanelLink(wanted: wanted, past: past, at: .now())
      facts = link.facts
    }

    /// - Returns: why it ended.
    consuming func run(until thread: PanelThread) -> String {
      while end == nil {
        perform(link.tick(at: .now()))
        flush()
        let ready = wait(thread.pipe.readEnd)
        if ready.pipe {
          thread.pipe.drain()
          let wishes = thread.wishes.withLock { wishes in
            defer { wishes.light = nil }
            return wishes
          }
          if wishes.isStopped { return "stopped" }
          if let light = wishes.light { perform(link.light(light, at: .now())) }
        }
        if ready.port { read() }
        count()
      }
      return end ?? ""
    }

    private func wait(_ pipe: Int32) -> (port: Bool, pipe: Bool) {
      let pause = max(0, (link.due - .now()).nanoseconds / 1_000_000 + 1)
      var both = [
        pollfd(fd: port.descriptor, events: Int16(POLLIN | (unsent.isEmpty ? 0 : POLLOUT)), revents: 0),
        pollfd(fd: pipe, events: Int16(POLLIN), revents: 0),
      ]
      _ = unsafe poll(&both, 2, Int32(min(pause, 60_000)))
      return (both[0].revents & ~Int16(POLLOUT) != 0, both[1].revents != 0)
    }

    private mutating func read() {
      guard let bytes = port.read() else { return finish("\(port.path) is gone") }
      let now = Instant.now()
      for text in lines.add(bytes) { perform(link.take(PanelLine(text), at: now), at: now) }
    }

    private mutating func flush() {
      guard !unsent.isEmpty else { return }
      guard let count = port.write(unsent) else { return finish("\(port.path) is gone") }
      unsent.removeFirst(count)
      // Nobody reads at the other end: what waits is of no use any more.
      if unsent.count > 4_096 { finish("\(port.path) takes nothing") }
    }

    private mutating func perform(_ actions: [PanelLink.Action], at instant: Instant? = nil) {
      for action in actions {
        switch action {
        case .send(let command): unsent += Array("\(command.text)\n".utf8)
        case .press(let number): tell(.press(number, at: instant ?? .now()))
        case .changed: break
        case .note(let words): tell(.note(words))
        case .close(let reason): finish(reason)
        }
      }
      if link.facts != facts {
        facts = link.facts
        tell(.facts(facts))
      }
    }

    private mutating func count() {
      if lines.overflows > overflows { tell(.lost(lines: lines.overflows - overflows)) }
      if link.unconfirmed > unconfirmed { tell(.unconfirmed(link.unconfirmed - unconfirmed)) }
      (overflows, unconfirmed) = (lines.overflows, link.unconfirmed)
    }

    private mutating func finish(_ reason: String) { end = end ?? reason }
  }
}
