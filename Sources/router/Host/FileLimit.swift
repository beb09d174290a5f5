internal import Glibc

/// How many files and connections the process may have open.
enum FileLimit {
  /// Takes as many as the system lets it: each sender and each listener is one, and a shell gives a program 1,024 of
  /// many more.
  static func raise() {
    let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard unsafe getrlimit(files, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(files, &limit)
  }
}
