internal import CLinux
internal import Glibc

/// The socket options we set. Failures are ignored: an option only makes a working socket better.
enum SocketOption {
  static func noDelay(_ descriptor: Int32) { set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1) }
  static func reuseAddress(_ descriptor: Int32) { set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) }
  static func reusePort(_ descriptor: Int32) { set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) }
  static func broadcast(_ descriptor: Int32) { set(descriptor, SOL_SOCKET, SO_BROADCAST, 1) }
  /// IPv6 sockets take IPv4 peers too.
  static func dualStack(_ descriptor: Int32) { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
  /// - Parameter bytes: What the kernel may hold unsent; it doubles the number for its own book-keeping.
  static func sendBuffer(_ descriptor: Int32, bytes: Int32) { set(descriptor, SOL_SOCKET, SO_SNDBUF, bytes) }

  private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    _ = unsafe setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }
}
