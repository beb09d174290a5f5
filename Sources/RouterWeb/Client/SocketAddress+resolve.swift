import CLinux
import Glibc
import RouterCore

extension SocketAddress {
  /// All addresses of a name, in the order to try them; blocks until the name server answers.
  ///
  /// - Throws: `HTTPFailure` `.resolve` with the resolver's words.
  static func resolve(_ host: String, port: Int) throws(HTTPFailure) -> [SocketAddress] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_ADDRCONFIG
    var first: UnsafeMutablePointer<addrinfo>?
    if let numeric = SocketAddress(host: host, port: port) { return [numeric] }
    let code = unsafe getaddrinfo(host, "\(port)", &hints, &first)
    guard code == 0 else {
      throw HTTPFailure(.resolve, "\(host): \(unsafe String(cString: gai_strerror(code)))")
    }
    defer { unsafe freeaddrinfo(first) }
    var found: [SocketAddress] = []
    var next = unsafe first
    while let entry = unsafe next {
      unsafe next = entry.pointee.ai_next
      guard let address = unsafe entry.pointee.ai_addr else { continue }
      var one = SocketAddress()
      unsafe one.fill { target, length in
        unsafe length.pointee = min(entry.pointee.ai_addrlen, length.pointee)
        unsafe memcpy(target, address, Int(length.pointee))
      }
      found.append(one)
    }
    guard !found.isEmpty else { throw HTTPFailure(.resolve, "\(host): no address") }
    return found
  }
}
