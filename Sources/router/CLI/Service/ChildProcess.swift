internal import Glibc

/// Other programs, run with our terminal.
enum ChildProcess {
  /// Runs a program found in PATH and waits for it.
  /// - Returns: its exit status; 127 if it cannot be started, 128 and the signal's number if that ended it.
  static func run(_ words: [String]) -> Int32 {
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
    var id = pid_t()
    guard unsafe posix_spawnp(&id, words[0], nil, nil, &arguments, environ) == 0 else { return 127 }
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? status >> 8 & 0xFF : 128 + signal
  }
}
