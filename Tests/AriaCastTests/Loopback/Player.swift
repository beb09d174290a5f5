internal import Glibc
import RouterCore

/// A player that reads a live body over a blocking socket. Its calls block: run them on a blocking thread.
final class Player: Sendable {
  private let descriptor: Int32

  /// Connects and asks for the body; HTTP/1.0, so that it comes unchunked.
  init?(port: Int, path: String = "/stream.wav") {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, size) }
    }
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let request = Array("GET \(path) HTTP/1.0\r\nHost: 127.0.0.1:\(port)\r\n\r\n".utf8)
    let sent = unsafe request.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, 0) }
    if code != 0 || sent != request.count { return nil }
  }

  deinit { close(descriptor) }

  /// The head of the answer, with its empty line.
  func readHead() -> String {
    var head: [UInt8] = []
    while !head.suffix(4).elementsEqual([13, 10, 13, 10]), let byte = read(1).first { head.append(byte) }
    return String(decoding: head, as: UTF8.self)
  }

  /// Exactly so many bytes; fewer when nothing came for 10 s or the body ended.
  func read(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = unsafe bytes.withUnsafeMutableBytes { memory in
        unsafe recv(descriptor, memory.baseAddress.map { unsafe $0 + done }, count - done, 0)
      }
      if got <= 0 { break }
      done += got
    }
    return Array(bytes.prefix(done))
  }
}
