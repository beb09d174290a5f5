import Glibc
import RouterCore

@testable import RouterWeb

/// Threads on which the tests' clients block, so that the server's tasks are never starved.
private let clientThreads = BlockingPool(threads: 32)

/// A TCP client that says exactly what it is told. Reads fail after ten seconds.
final class RawClient: Sendable {
  let descriptor: Int32

  init(port: Int) async throws {
    descriptor = try await clientThreads.run { () -> Result<Int32, SystemError> in RawClient.connect(port) }.get()
  }

  deinit { _ = Glibc.close(descriptor) }

  private static func connect(_ port: Int) -> Result<Int32, SystemError> {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    guard let address = SocketAddress(host: "127.0.0.1", port: port) else { return .failure(SystemError("", code: 0)) }
    guard unsafe address.with({ unsafe Glibc.connect(descriptor, $0, $1) }) == 0 else {
      defer { _ = Glibc.close(descriptor) }
      return .failure(SystemError("connect", code: errno))
    }
    return .success(descriptor)
  }

  func send(_ text: String) async { await send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) async {
    let descriptor = descriptor
    await clientThreads.run {
      var sent = 0
      while sent < bytes.count {
        let count = unsafe bytes[sent...].withUnsafeBytes {
          unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return }
        sent += count
      }
    }
  }

  /// No more bytes from us.
  func endWriting() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

  /// At least one byte; empty at the end or on a reset.
  func readSome(_ most: Int = 65_536) async -> [UInt8] {
    let descriptor = descriptor
    return await clientThreads.run { RawClient.receive(descriptor, most) }
  }

  func read(_ count: Int) async -> [UInt8] {
    let descriptor = descriptor
    return await clientThreads.run {
      var all: [UInt8] = []
      while all.count < count {
        let some = RawClient.receive(descriptor, count - all.count)
        if some.isEmpty { break }
        all += some
      }
      return all
    }
  }

  func readToEnd() async -> String {
    let descriptor = descriptor
    return await clientThreads.run {
      var all: [UInt8] = []
      while case let some = RawClient.receive(descriptor, 65_536), !some.isEmpty { all += some }
      return String(decoding: all, as: UTF8.self)
    }
  }

  /// One head, to its empty line.
  func readHead() async -> String {
    let descriptor = descriptor
    return await clientThreads.run {
      var all: [UInt8] = []
      while !all.suffix(4).elementsEqual([13, 10, 13, 10]) {
        let some = RawClient.receive(descriptor, 1)
        if some.isEmpty { break }
        all += some
      }
      return String(decoding: all, as: UTF8.self)
    }
  }

  /// A head and the body its Content-Length announces.
  func readResponse() async -> (head: String, body: String) {
    let head = await readHead()
    let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
      .flatMap { Int($0.dropFirst(15).trimming()) }
    return (head, String(decoding: await read(length ?? 0), as: UTF8.self))
  }

  private static func receive(_ descriptor: Int32, _ most: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
      count = max(0, unsafe recv(descriptor, buffer.baseAddress, most, 0))
    }
  }
}

extension Substring {
  fileprivate func trimming() -> String { String(drop { $0 == " " }) }
}
