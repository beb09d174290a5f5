internal import Glibc

/// How much a test repeats itself: as asked in a soak run, a part of it for tests that are slow in a debug build.
enum Effort {
  static let isSoak = unsafe getenv("SOAK") != nil

  /// - Parameter count: Repetitions in a soak run and wherever they are cheap.
  static func times(_ count: Int, quick: Int? = nil) -> Int { isSoak ? count * 10 : quick ?? count }
}
