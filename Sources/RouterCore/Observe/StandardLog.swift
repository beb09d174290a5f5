internal import Glibc

/// Writes the log to standard error on a thread of its own, so that a stalled terminal or journal stalls nobody.
///
/// Up to 4,096 lines wait; what comes then is dropped and counted in the next line that passes. Any thread.
/// Unchecked because of the pointers to mutex and condition: what changes is touched under that mutex.
@safe public final class StandardLog: LogSink, @unchecked Sendable {
  private struct State {
    var limiter = LogLimiter()
    var lines: [String] = []
    var dropped = 0
    var isBusy = false
  }
  static let linesAtMost = 4096

  private let descriptor: Int32
  // The mutex guards `state` and `format`; the condition tells the thread of lines and `flush` of their end.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var state = State()
  private var format: LogSettings.Format

  /// - Parameter descriptor: Where lines go; 2 is standard error. Not closed. The log lives as long as the process.
  public init(format: LogSettings.Format, descriptor: Int32 = 2) {
    self.format = format
    self.descriptor = descriptor
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
    var id = pthread_t()
    let argument = unsafe Unmanaged.passRetained(self).toOpaque()
    let code = unsafe pthread_create(&id, nil, logThreadMain, argument)
    precondition(code == 0, "no thread for the log: \(errnoText(code))")
    pthread_detach(id)
  }

  public func write(_ line: LogLine) {
    let wall = WallTime.now()
    let now = Instant.now()
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    guard let held = state.limiter.admit(.init(source: line.source, message: line.message), at: now) else { return }
    guard state.lines.count < Self.linesAtMost else {
      state.dropped += 1
      return
    }
    let heldAll = held + state.dropped
    state.dropped = 0
    state.lines.append(
      format == .json
        ? LogFormatter.json(line, at: wall, held: heldAll) : LogFormatter.text(line, at: wall, held: heldAll))
    unsafe pthread_cond_broadcast(condition)
  }

  /// Lines from now on have another format. Any thread.
  public func setFormat(_ new: LogSettings.Format) {
    unsafe pthread_mutex_lock(mutex)
    format = new
    unsafe pthread_mutex_unlock(mutex)
  }

  /// Returns when every line so far is written. Control side, at the end.
  public func flush() {
    unsafe pthread_mutex_lock(mutex)
    while !state.lines.isEmpty || state.isBusy { unsafe pthread_cond_wait(condition, mutex) }
    unsafe pthread_mutex_unlock(mutex)
  }

  fileprivate func serve() -> Never {
    nameCurrentThread("log")
    while true {
      unsafe pthread_mutex_lock(mutex)
      while state.lines.isEmpty { unsafe pthread_cond_wait(condition, mutex) }
      let lines = state.lines
      state.lines = []
      state.isBusy = true
      unsafe pthread_mutex_unlock(mutex)
      put(Array(lines.joined().utf8))
      unsafe pthread_mutex_lock(mutex)
      state.isBusy = false
      unsafe pthread_cond_broadcast(condition)
      unsafe pthread_mutex_unlock(mutex)
    }
  }

  private func put(_ bytes: [UInt8]) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes[done...].withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { done += count } else if errno != EINTR { return }
    }
  }
}

private nonisolated func logThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  unsafe Unmanaged<StandardLog>.fromOpaque(argument).takeUnretainedValue().serve()
}

/// Hands each line to several sinks: standard error, the dashboard's stream.
public struct LogTee: LogSink {
  private let sinks: [any LogSink]
  public init(_ sinks: [any LogSink]) { self.sinks = sinks }
  public func write(_ line: LogLine) { for sink in sinks { sink.write(line) } }
}
