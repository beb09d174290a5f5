internal import CALSA

/// alsa-lib's own explanation of a failure, per thread.
///
/// alsa-lib prints what went wrong to the standard error unless it is told otherwise; a daemon wants the first sentence
/// in its own message. This is the only file that uses these functions, see the module's header. Any thread.
enum AlsaWords {
  /// From now on the calling thread's complaints are kept, not printed.
  static func listen() { calsa_listen() }

  /// The first complaint of the calling thread since ``listen()``; empty if there was none.
  static var heard: String { unsafe String(cString: calsa_heard()) }

  /// The calling thread's complaints are printed again.
  static func release() { calsa_release() }

  /// alsa-lib's word for an error number.
  static func meaning(of code: Int32) -> String { unsafe String(cString: snd_strerror(-abs(code))) }
}
