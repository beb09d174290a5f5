internal import Glibc

extension Surroundings {
  /// This process's environment and disk. Reading a file blocks: control side, off the loops.
  ///
  /// - Parameter folder: Where relative paths begin: the folder of the routes document.
  public static func process(folder: String) -> Surroundings {
    Surroundings(
      variable: { name in
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
      },
      file: { path throws(FileUnreadable) in
        try smallFile(path.hasPrefix("/") ? path : "\(folder)/\(path)")
      })
  }
}

/// Reads at most 64 KiB.
private func smallFile(_ path: String) throws(FileUnreadable) -> [UInt8] {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw FileUnreadable(errnoText(errno)) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw FileUnreadable(errnoText(errno)) }
    if count == 0 { return bytes }
    bytes += chunk[..<count]
    guard bytes.count <= 64 << 10 else { throw FileUnreadable("File too large") }
  }
}
