internal import CAvahi
internal import RouterCore

/// A call to Avahi that failed.
struct AvahiProblem: Error, Equatable, Sendable {
  /// Avahi's error number, negative.
  let code: Int32
  /// Avahi's explanation.
  let words: String

  init(code: Int32) {
    self.code = code
    words = unsafe avahi_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }

  static let taken = AvahiProblem(code: Int32(AVAHI_ERR_COLLISION))
  static let gone = AvahiProblem(code: Int32(AVAHI_ERR_DISCONNECTED))
  static let outOfMemory = AvahiProblem(code: Int32(AVAHI_ERR_NO_MEMORY))

  enum Kind {
    /// Somebody has the name: try another one.
    case taken
    /// This service cannot be published as it is; others can.
    case unfit
    /// Nothing can be published by us.
    case forbidden
    /// The daemon or the bus does not do its work.
    case lost
  }

  var kind: Kind {
    switch Int(code) {
    case AVAHI_ERR_COLLISION: .taken
    case AVAHI_ERR_INVALID_SERVICE_NAME, AVAHI_ERR_INVALID_SERVICE_TYPE, AVAHI_ERR_INVALID_PORT,
      AVAHI_ERR_INVALID_RECORD, AVAHI_ERR_INVALID_KEY, AVAHI_ERR_INVALID_ARGUMENT, AVAHI_ERR_TOO_MANY_OBJECTS,
      AVAHI_ERR_TOO_MANY_ENTRIES:
      .unfit
    case AVAHI_ERR_ACCESS_DENIED, AVAHI_ERR_NOT_PERMITTED, AVAHI_ERR_NOT_SUPPORTED: .forbidden
    default: .lost
    }
  }
}

extension NodeFailure {
  private static let install = """
    install and start it: sudo apt-get install avahi-daemon, sudo systemctl start avahi-daemon; until then UDP \
    discovery still finds the speaker
    """

  /// Avahi cannot be reached.
  init(connecting problem: AvahiProblem) {
    self.init(.missing, "no connection to the Avahi daemon: \(problem.words)", hint: Self.install)
  }

  /// Avahi was reached and is not any more, or refuses its work.
  init(losing problem: AvahiProblem) {
    switch problem.kind {
    case .forbidden:
      self.init(
        .blocked, "the Avahi daemon lets nobody publish: \(problem.words)",
        hint: "set disable-publishing=no and disable-user-service-publishing=no in /etc/avahi/avahi-daemon.conf")
    default:
      self.init(.missing, "the Avahi daemon is gone: \(problem.words)", hint: Self.install)
    }
  }

  /// Avahi takes the call and does not answer.
  static let silentAvahi = NodeFailure(
    .missing, "the Avahi daemon does not answer", hint: "see whether it hangs: systemctl status avahi-daemon dbus")
}
