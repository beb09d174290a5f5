internal import CAvahi
internal import RouterCore

/// Looks for services through the Avahi daemon. Blocks; everything happens on the caller's thread.
enum AvahiSearch {
  /// Searches until the search is over.
  /// - Returns: Why mDNS could not be asked; nil if it could.
  static func search(_ type: String, _ state: SearchState) -> String? {
    guard let poll = unsafe avahi_simple_poll_new() else { return note(.outOfMemory) }
    defer { unsafe avahi_simple_poll_free(poll) }
    let listener = SearchListener(state)
    return withExtendedLifetime(listener) {
      var code: Int32 = 0
      let client = unsafe avahi_client_new(
        avahi_simple_poll_get(poll), AvahiClientFlags(rawValue: 0), searchClientChanged, listener.address, &code)
      guard let client = unsafe client else { return note(AvahiProblem(code: code)) }
      // Frees browser and resolvers too.
      defer { unsafe avahi_client_free(client) }
      let browser = unsafe avahi_service_browser_new(
        client, AvahiIfIndex(AVAHI_IF_UNSPEC), AvahiProtocol(AVAHI_PROTO_INET), type, nil,
        AvahiLookupFlags(rawValue: 0), serviceSeen, listener.address)
      guard unsafe browser != nil else { return unsafe note(AvahiProblem(code: avahi_client_errno(client))) }
      while !state.isOver, !listener.isLost {
        if unsafe avahi_simple_poll_iterate(poll, state.wait) != 0 { break }
      }
      return listener.isLost ? note(.gone) : nil
    }
  }

  private static func note(_ problem: AvahiProblem) -> String { "mDNS was not asked: \(problem.words)" }
}

/// What the callbacks of one search find behind their pointer. Used on the searching thread alone.
private final class SearchListener {
  let state: SearchState
  var isLost = false

  init(_ state: SearchState) { self.state = state }

  var address: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }

  static func behind(_ context: UnsafeMutableRawPointer?) -> SearchListener? {
    unsafe context.map { unsafe Unmanaged<SearchListener>.fromOpaque($0).takeUnretainedValue() }
  }
}

private nonisolated func searchClientChanged(
  _ client: OpaquePointer?, _ state: AvahiClientState, _ context: UnsafeMutableRawPointer?
) {
  if state == AVAHI_CLIENT_FAILURE { unsafe SearchListener.behind(context)?.isLost = true }
}

/// A service has appeared: asks where it is.
private nonisolated func serviceSeen(
  _ browser: OpaquePointer?, _ interface: AvahiIfIndex, _ network: AvahiProtocol, _ event: AvahiBrowserEvent,
  _ name: UnsafePointer<CChar>?, _ type: UnsafePointer<CChar>?, _ domain: UnsafePointer<CChar>?,
  _ flags: AvahiLookupResultFlags, _ context: UnsafeMutableRawPointer?
) {
  guard event == AVAHI_BROWSER_NEW, let browser = unsafe browser else { return }
  unsafe avahi_service_resolver_new(
    avahi_service_browser_get_client(browser), interface, network, name, type, domain, AvahiProtocol(AVAHI_PROTO_INET),
    AvahiLookupFlags(rawValue: 0), serviceResolved, context)
}

/// Avahi says where a service is.
private nonisolated func serviceResolved(
  _ resolver: OpaquePointer?, _ interface: AvahiIfIndex, _ network: AvahiProtocol, _ event: AvahiResolverEvent,
  _ name: UnsafePointer<CChar>?, _ type: UnsafePointer<CChar>?, _ domain: UnsafePointer<CChar>?,
  _ hostName: UnsafePointer<CChar>?, _ address: UnsafePointer<AvahiAddress>?, _ port: UInt16,
  _ txt: UnsafeMutablePointer<AvahiStringList>?, _ flags: AvahiLookupResultFlags, _ context: UnsafeMutableRawPointer?
) {
  defer { if let resolver = unsafe resolver { unsafe avahi_service_resolver_free(resolver) } }
  guard event == AVAHI_RESOLVER_FOUND, let listener = unsafe SearchListener.behind(context),
    let name = unsafe name, let address = unsafe address
  else { return }
  let bytes = unsafe withUnsafeBytes(of: address.pointee.data.ipv4.address) { unsafe Array($0) }
  let host = IPAddress(bytes: bytes)?.description ?? ""
  let speaker = unsafe ServiceAnswer.speaker(
    name: String(cString: name), host: host, port: Int(port), txt: strings(txt))
  if let speaker { listener.state.add(speaker) }
}

private nonisolated func strings(_ list: UnsafeMutablePointer<AvahiStringList>?) -> [[UInt8]] {
  var strings: [[UInt8]] = []
  var next = unsafe list
  while let entry = unsafe next {
    unsafe next = avahi_string_list_get_next(entry)
    guard let text = unsafe avahi_string_list_get_text(entry) else { continue }
    unsafe strings.append(Array(UnsafeBufferPointer(start: text, count: avahi_string_list_get_size(entry))))
  }
  return strings
}
