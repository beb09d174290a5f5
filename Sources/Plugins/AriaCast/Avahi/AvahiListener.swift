internal import CAvahi

/// What a callback of libavahi-client finds behind its pointer: whom it is about and where to say so.
final class AvahiListener: Sendable {
  /// The publication; 0 for the client.
  let id: Int
  let report: AsyncStream<PublisherEvent>.Continuation

  init(id: Int, report: AsyncStream<PublisherEvent>.Continuation) {
    self.id = id
    self.report = report
  }

  /// What the library hands to the callback; right as long as somebody keeps the listener.
  var address: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }
}

/// Called on the library's thread, and inside `avahi_client_new` on the caller's: nonisolated, so that neither is checked
/// for isolation.
nonisolated func clientChanged(
  _ client: OpaquePointer?, _ state: AvahiClientState, _ context: UnsafeMutableRawPointer?
) {
  guard let context = unsafe context else { return }
  let report = unsafe Unmanaged<AvahiListener>.fromOpaque(context).takeUnretainedValue().report
  switch state {
  case AVAHI_CLIENT_S_RUNNING: report.yield(.running)
  case AVAHI_CLIENT_S_REGISTERING, AVAHI_CLIENT_S_COLLISION: report.yield(.settling)
  case AVAHI_CLIENT_FAILURE: unsafe report.yield(.lost(problem(of: client)))
  default: break
  }
}

/// Called on the library's thread, and inside the calls on a group.
nonisolated func groupChanged(
  _ group: OpaquePointer?, _ state: AvahiEntryGroupState, _ context: UnsafeMutableRawPointer?
) {
  guard let context = unsafe context else { return }
  let listener = unsafe Unmanaged<AvahiListener>.fromOpaque(context).takeUnretainedValue()
  switch state {
  case AVAHI_ENTRY_GROUP_ESTABLISHED: listener.report.yield(.established(listener.id))
  case AVAHI_ENTRY_GROUP_COLLISION: listener.report.yield(.taken(listener.id))
  case AVAHI_ENTRY_GROUP_FAILURE: unsafe listener.report.yield(.lost(problem(of: avahi_entry_group_get_client(group))))
  default: break
  }
}

private nonisolated func problem(of client: OpaquePointer?) -> AvahiProblem {
  let code = unsafe client.map { unsafe avahi_client_errno($0) } ?? 0
  return code < 0 ? AvahiProblem(code: code) : .gone
}
