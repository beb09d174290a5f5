internal import CLinux
internal import Glibc
internal import RouterCore

/// Opens sockets that listen. Control side.
enum ListeningSocket {
  private static let backlog: Int32 = 1024

  /// - Throws: `NodeFailure` `.blocked`: what the kernel said, and what to do.
  static func open(_ address: SocketAddress, for listen: PeerAddress) throws(NodeFailure) -> Int32 {
    let descriptor = clinux_socket(address.family, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw failure("socket", listen, errno) }
    SocketOption.reuseAddress(descriptor)
    if address.family == AF_INET6 { SocketOption.dualStack(descriptor) }
    guard unsafe address.with({ unsafe bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, backlog) == 0 else {
      let code = errno
      _ = close(descriptor)
      throw failure("bind", listen, code)
    }
    return descriptor
  }

  static func failure(_ call: String, _ listen: PeerAddress, _ code: Int32) -> NodeFailure {
    let hint: String? =
      switch code {
      case EADDRINUSE: "stop the program that has it (ss -ltnup shows it) or set another \"listen\""
      case EADDRNOTAVAIL: "set \"listen\" to an address of this machine, or 0.0.0.0 for all"
      case EACCES: "use a port above 1023 or give the program CAP_NET_BIND_SERVICE"
      default: nil
      }
    let what = code == EADDRINUSE ? "port \(listen.port) is taken" : errnoText(code)
    var failure = NodeFailure(.blocked, "cannot listen on \(listen): \(what) (\(call))", hint: hint)
    failure.code = code
    return failure
  }
}
