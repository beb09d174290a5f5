internal import Glibc

/// Zeros, which take real memory only where they are written to: a large buffer nobody uses yet costs nothing.
///
/// Any thread. Given back by `free`.
/// - Parameter count: Bytes; at least 1.
package func zeroedMemory(_ count: Int) -> UnsafeMutableRawPointer {
  guard let memory = unsafe calloc(1, count) else { preconditionFailure("no memory for \(count) bytes") }
  return unsafe memory
}
