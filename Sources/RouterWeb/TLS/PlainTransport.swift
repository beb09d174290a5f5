import Glibc
import RouterCore

/// A non-blocking socket without TLS. Never raises SIGPIPE.
final class PlainTransport: Transport {
  let descriptor: Int32
  private var isClosed = false

  /// - Parameter descriptor: A connected non-blocking socket; owned from now on.
  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close() }

  var hasBuffered: Bool { false }
  var isEncrypted: Bool { false }

  func read(into target: inout MutableRawSpan) -> TransportResult {
    while true {
      let count = unsafe target.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
      if count > 0 { return .bytes(count) }
      if count == 0 { return target.byteCount == 0 ? .again(.read) : .end }
      if let result = PlainTransport.refusal(errno, waitingFor: .read) { return result }
    }
  }

  func write(_ bytes: RawSpan) -> TransportResult {
    while true {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count > 0 { return .bytes(count) }
      if count == 0 { return .again(.write) }
      if let result = PlainTransport.refusal(errno, waitingFor: .write) { return result }
    }
  }

  func write(_ head: RawSpan, _ body: RawSpan) -> TransportResult {
    while true {
      let count = unsafe head.withUnsafeBytes { first in
        unsafe body.withUnsafeBytes { second in unsafe PlainTransport.gather(descriptor, first, second) }
      }
      if count > 0 { return .bytes(count) }
      if count == 0 { return .again(.write) }
      if let result = PlainTransport.refusal(errno, waitingFor: .write) { return result }
    }
  }

  private static func gather(
    _ descriptor: Int32, _ head: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer
  ) -> Int {
    // The kernel only reads through these pointers, whatever their type says.
    var parts = unsafe (
      iovec(iov_base: UnsafeMutableRawPointer(mutating: head.baseAddress), iov_len: head.count),
      iovec(iov_base: UnsafeMutableRawPointer(mutating: body.baseAddress), iov_len: body.count)
    )
    return unsafe withUnsafeMutableBytes(of: &parts) { memory in
      var message = unsafe msghdr()
      unsafe message.msg_iov = memory.bindMemory(to: iovec.self).baseAddress
      unsafe message.msg_iovlen = 2
      return unsafe sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
    }
  }

  /// What an errno means; nil: try at once again.
  private static func refusal(_ code: Int32, waitingFor what: Readiness) -> TransportResult? {
    switch code {
    case EINTR: nil
    case EAGAIN, EWOULDBLOCK: .again(what)
    default: .failed(errnoText(code))
    }
  }

  func endWriting() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    _ = Glibc.close(descriptor)
  }
}
