import Glibc

/// What the operating system asks of the daemon.
enum Signal: Int32, Sendable {
  case hangUp = 1
  case interrupt = 2
  case terminate = 15
}

/// Signals as values. They are blocked in every thread and taken by one of their own.
enum Signals {
  /// Blocks the signals in the calling thread and all threads it makes from now on. Call before any other thread.
  static func block() {
    signal(SIGPIPE, SIG_IGN)
    var set = watched
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Calls `body` for each signal, on a thread of its own, for ever.
  static func take(_ body: @escaping @Sendable (Signal) -> Void) {
    let box = SignalBox(body: body)
    var id = pthread_t()
    let argument = unsafe Unmanaged.passRetained(box).toOpaque()
    let code = unsafe pthread_create(&id, nil, signalThreadMain, argument)
    precondition(code == 0, "no thread for signals")
    pthread_detach(id)
  }

  fileprivate static var watched: sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in [Signal.hangUp, .interrupt, .terminate] { unsafe sigaddset(&set, signal.rawValue) }
    return set
  }
}

private final class SignalBox: Sendable {
  let body: @Sendable (Signal) -> Void
  init(body: @escaping @Sendable (Signal) -> Void) { self.body = body }
}

private nonisolated func signalThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  let box = unsafe Unmanaged<SignalBox>.fromOpaque(argument).takeRetainedValue()
  var set = Signals.watched
  while true {
    var number: Int32 = 0
    if unsafe sigwait(&set, &number) == 0, let signal = Signal(rawValue: number) { box.body(signal) }
  }
}
