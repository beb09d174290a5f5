internal import CAvahi
internal import RouterCore

/// A connection to the Avahi daemon: a client of libavahi-client whose callbacks come on a thread of that library.
///
/// Two locks: ours says what there is, the library's keeps its thread out while we call. The thread never takes ours.
final class AvahiLink: ServicePublisher {
  @safe private struct Handles {
    /// The library's thread; nil after `close`.
    var poll: OpaquePointer?
    var client: OpaquePointer?
    var groups: [Int: OpaquePointer] = unsafe [:]
    /// What the callbacks point to, by publication; the client's is 0.
    var listeners: [Int: AvahiListener] = [:]
  }

  let events: AsyncStream<PublisherEvent>
  private let report: AsyncStream<PublisherEvent>.Continuation
  private let handles: PthreadLock<Handles>

  /// Connects. Blocks until the daemon has answered.
  static func connect() -> Result<any ServicePublisher, AvahiProblem> {
    let (events, report) = AsyncStream<PublisherEvent>.makeStream()
    guard let poll = unsafe avahi_threaded_poll_new() else { return .failure(.outOfMemory) }
    let listener = AvahiListener(id: 0, report: report)
    var code: Int32 = 0
    let client = unsafe avahi_client_new(
      avahi_threaded_poll_get(poll), AvahiClientFlags(rawValue: 0), clientChanged, listener.address, &code)
    guard let client = unsafe client else {
      unsafe avahi_threaded_poll_free(poll)
      return .failure(AvahiProblem(code: code))
    }
    let handles = unsafe Handles(poll: poll, client: client, listeners: [0: listener])
    let link = AvahiLink(events, report, handles)
    guard link.start() else {
      link.close()
      return .failure(.outOfMemory)
    }
    return .success(link)
  }

  private init(
    _ events: AsyncStream<PublisherEvent>, _ report: AsyncStream<PublisherEvent>.Continuation,
    _ handles: sending Handles
  ) {
    self.events = events
    self.report = report
    self.handles = PthreadLock(handles)
  }

  deinit { close() }

  private func start() -> Bool {
    handles.withLock { handles in
      guard let poll = unsafe handles.poll else { return false }
      return unsafe avahi_threaded_poll_start(poll) == 0
    }
  }

  func publish(_ publication: Publication) -> AvahiProblem? {
    call { handles in
      guard let client = unsafe handles.client else { return AvahiProblem.gone.code }
      let listener = AvahiListener(id: publication.id, report: report)
      guard let group = unsafe avahi_entry_group_new(client, groupChanged, listener.address) else {
        return unsafe avahi_client_errno(client)
      }
      unsafe handles.groups[publication.id] = group
      handles.listeners[publication.id] = listener
      let code = unsafe Self.add(publication, to: group)
      return unsafe code < 0 ? code : avahi_entry_group_commit(group)
    }
  }

  func update(_ publication: Publication) -> AvahiProblem? {
    call { handles in
      guard let group = unsafe handles.groups[publication.id] else { return 0 }
      let txt = unsafe Self.list(publication.txt)
      defer { unsafe avahi_string_list_free(txt) }
      return unsafe avahi_entry_group_update_service_txt_strlst(
        group, anyInterface, ipv4, AvahiPublishFlags(rawValue: 0), publication.name, publication.type, nil, txt)
    }
  }

  func remove(_ id: Int) {
    _ = call { handles in
      guard let group = unsafe handles.groups.removeValue(forKey: id) else { return 0 }
      unsafe avahi_entry_group_free(group)
      handles.listeners[id] = nil
      return 0
    }
  }

  func close() {
    report.finish()
    handles.withLock { handles in
      guard let poll = unsafe handles.poll else { return }
      unsafe avahi_threaded_poll_stop(poll)
      // Frees the groups, each with its goodbye.
      if let client = unsafe handles.client { unsafe avahi_client_free(client) }
      unsafe avahi_threaded_poll_free(poll)
      handles = Handles()
    }
  }

  /// Calls the library with its thread kept out; says what concerns the connection as an event too.
  private func call(_ body: (inout Handles) -> Int32) -> AvahiProblem? {
    let code: Int32 = handles.withLock { handles in
      guard let poll = unsafe handles.poll else { return 0 }
      unsafe avahi_threaded_poll_lock(poll)
      defer { unsafe avahi_threaded_poll_unlock(poll) }
      return body(&handles)
    }
    guard code < 0 else { return nil }
    let problem = AvahiProblem(code: code)
    if problem.kind == .lost || problem.kind == .forbidden { report.yield(.lost(problem)) }
    return problem
  }

  private static func add(_ publication: Publication, to group: OpaquePointer) -> Int32 {
    let txt = unsafe list(publication.txt)
    defer { unsafe avahi_string_list_free(txt) }
    return unsafe avahi_entry_group_add_service_strlst(
      group, anyInterface, ipv4, AvahiPublishFlags(rawValue: 0), publication.name, publication.type, nil, nil,
      publication.port, txt)
  }

  /// The library puts each string in front: the last one goes in first.
  private static func list(_ strings: [[UInt8]]) -> UnsafeMutablePointer<AvahiStringList>? {
    var list: UnsafeMutablePointer<AvahiStringList>?
    for string in strings.reversed() { unsafe list = avahi_string_list_add_arbitrary(list, string, string.count) }
    return unsafe list
  }
}

private let anyInterface = AvahiIfIndex(AVAHI_IF_UNSPEC)
private let ipv4 = AvahiProtocol(AVAHI_PROTO_INET)
