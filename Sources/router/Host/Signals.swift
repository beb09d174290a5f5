import Glibc
import Synchronization

/// What the operating system asks of the daemon.
enum Signal: Int32, Sendable, CaseIterable {
  case hangUp = 1
  case interrupt = 2
  case terminate = 15
}

/// Signals as values: a handler writes the number into a pipe, a thread of its own reads it.
///
/// Blocking them and waiting with `sigwait` is not enough: the main thread of an async program ends in the dispatch
/// library, which waits there with every signal unblocked, and the default action ends the process.
enum Signals {
  /// A peer that is gone is an error of `write`, not a signal. Call before any other thread.
  static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

  /// Calls `body` for each signal, on a thread of its own, for ever. Call once.
  static func take(_ body: @escaping @Sendable (Signal) -> Void) {
    var ends: [Int32] = [-1, -1]
    let made = unsafe pipe(&ends)
    precondition(made == 0, "no pipe for signals")
    signalPipe.store(ends[1], ordering: .releasing)
    for watched in Signal.allCases { signal(watched.rawValue, signalArrived) }
    let argument = unsafe Unmanaged.passRetained(SignalBox(readEnd: ends[0], body: body)).toOpaque()
    var id = pthread_t()
    let code = unsafe pthread_create(&id, nil, signalThreadMain, argument)
    precondition(code == 0, "no thread for signals")
    pthread_detach(id)
  }
}

/// Where the handler writes; a handler may touch nothing but atomics and `write`.
private let signalPipe = Atomic<Int32>(-1)

private final class SignalBox: Sendable {
  let readEnd: Int32
  let body: @Sendable (Signal) -> Void
  init(readEnd: Int32, body: @escaping @Sendable (Signal) -> Void) {
    self.readEnd = readEnd
    self.body = body
  }
}

private nonisolated func signalArrived(_ number: Int32) {
  let kept = errno
  var byte = UInt8(truncatingIfNeeded: number)
  _ = unsafe write(signalPipe.load(ordering: .acquiring), &byte, 1)
  errno = kept
}

private nonisolated func signalThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  let box = unsafe Unmanaged<SignalBox>.fromOpaque(argument).takeRetainedValue()
  var byte: UInt8 = 0
  while true {
    let count = unsafe read(box.readEnd, &byte, 1)
    if count == 1, let signal = Signal(rawValue: Int32(byte)) { box.body(signal) }
    if count == 0 || (count < 0 && errno != EINTR) { return nil }
  }
}
