import RouterCore

/// What stands in the way, in words that help.
extension RedisServer {
  /// There is no connection.
  func unreachable(_ failure: HTTPFailure) -> NodeFailure {
    let hint =
      switch failure.kind {
      case .tls where failure.message.contains("certificate"):
        "name the server's authority in \"authority\", a PEM file"
      case .timeout where url.isSecure, .tls: "does the server speak TLS on this port? without TLS it is redis://"
      default: "is the server running, and is it this address?"
      }
    return NodeFailure(.missing, "Redis at \(place) cannot be reached: \(failure.message)", hint: hint)
  }

  /// The connection was lost.
  func lost(_ lost: RedisLink.Lost) -> NodeFailure {
    NodeFailure(
      .missing, "the connection to Redis at \(place) is lost: \(lost.reason)",
      hint: url.isSecure ? nil : "a server that closes at once may want TLS: rediss://")
  }

  /// - Parameter problem: An error the server answered.
  /// - Returns: why no command has a chance now; nil if the error concerns that one command alone.
  func failure(of problem: String) -> NodeFailure? {
    let words = problem.split(separator: " ", maxSplits: 1)
    func failure(_ text: String, _ hint: String) -> NodeFailure {
      NodeFailure(.missing, "Redis at \(place) \(text): \(problem)", hint: hint)
    }
    switch words.first.map(String.init) ?? "" {
    case "NOAUTH": return failure("asks for a password", "set \"password\"")
    case "WRONGPASS": return failure("refuses user or password", "check \"password\", and the user in \"url\"")
    case "NOPERM": return failure("does not permit that", "give the user rights for these keys and commands")
    case "OOM":
      return failure("is full", "raise its maxmemory, or let keys expire with \"ttlSeconds\" or \"maxLength\"")
    case "READONLY", "MASTERDOWN":
      return failure("is a replica that takes no data", "name the primary server in \"url\"")
    case "LOADING", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "NOREPLICAS": return failure("is not ready", "it is tried again")
    case "MISCONF": return failure("cannot save to its disk and takes no data", "look at the server's log")
    case "MOVED", "ASK", "CROSSSLOT":
      return failure("is a cluster that has the key elsewhere", "name the node that has it in \"url\"")
    case "DENIED": return failure("is in protected mode", "set a password there, or bind it to an address")
    case "ERR" where problem.contains("invalid password"):
      return failure("refuses user or password", "check \"password\", and the user in \"url\"")
    case "ERR" where problem.contains("without any password configured"), "ERR" where problem.contains("AUTH"):
      return failure("refuses the password", "the server has none: leave \"password\" out")
    case "ERR" where problem.contains("DB index"), "ERR" where problem.contains("invalid DB"):
      return failure("has no database \(url.database)", "the number at the end of \"url\" is too large")
    case "ERR" where problem.contains("max number of clients"):
      return failure("has too many clients", "it is tried again")
    default: return nil
    }
  }
}
