internal import CLinux
internal import Glibc
internal import RouterCore

/// An address as the kernel takes it. Any thread.
struct SocketAddress: Sendable {
  private var storage: sockaddr_storage
  private(set) var length: socklen_t

  /// Filled by `accept`, `recvfrom` and their like.
  init() {
    storage = sockaddr_storage()
    length = socklen_t(MemoryLayout<sockaddr_storage>.size)
  }

  /// - Parameter host: IPv4 dotted, or IPv6 without brackets, perhaps with `%scope`.
  /// - Returns: nil if `host` is no numeric address or `port` no port.
  init?(host: String, port: Int) {
    self.init(host: host, port: port, family: host.contains(":") ? AF_INET6 : AF_INET, flags: AI_NUMERICHOST)
  }

  /// Asks the name service, which blocks: never on a loop.
  init?(resolving host: String, port: Int) { self.init(host: host, port: port, family: AF_UNSPEC, flags: 0) }

  private init?(host: String, port: Int, family: Int32, flags: Int32) {
    self.init()
    guard (0...65535).contains(port) else { return nil }
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = family
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = flags
    var found: UnsafeMutablePointer<addrinfo>? = nil
    guard unsafe getaddrinfo(host, "\(port)", &hints, &found) == 0, let first = unsafe found else { return nil }
    defer { unsafe freeaddrinfo(first) }
    length = unsafe first.pointee.ai_addrlen
    let size = min(Int(length), MemoryLayout<sockaddr_storage>.size)
    unsafe withUnsafeMutableBytes(of: &storage) { target in
      guard let to = target.baseAddress, let from = unsafe first.pointee.ai_addr else { return }
      unsafe memcpy(to, from, size)
    }
  }

  var family: Int32 { Int32(storage.ss_family) }

  /// Lends the address to a system call.
  func with<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    var copy = storage
    return unsafe withUnsafePointer(to: &copy) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
    }
  }

  /// Lets a system call fill the address in.
  mutating func fill<R>(_ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> R) -> R {
    length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var size = length
    defer { length = size }
    return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, &size) }
    }
  }

  /// As plugins see it; IPv4 mapped into IPv6 is shown as IPv4.
  var peer: PeerAddress {
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var service = [CChar](repeating: 0, count: 32)
    let code = unsafe with { address, length in
      unsafe getnameinfo(
        address, length, &host, socklen_t(host.count), &service, socklen_t(service.count),
        NI_NUMERICHOST | NI_NUMERICSERV)
    }
    guard code == 0 else { return PeerAddress(host: "", port: 0) }
    var name = SocketAddress.text(host)
    if name.hasPrefix("::ffff:"), name.contains(".") { name = String(name.dropFirst(7)) }
    return PeerAddress(host: name, port: Int(SocketAddress.text(service)) ?? 0)
  }

  /// The address a socket is bound to.
  static func local(of descriptor: Int32) -> PeerAddress {
    var address = SocketAddress()
    _ = unsafe address.fill { unsafe getsockname(descriptor, $0, $1) }
    return address.peer
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
