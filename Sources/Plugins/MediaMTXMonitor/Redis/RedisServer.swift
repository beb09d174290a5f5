import RouterCore

/// A Redis server and how to be let in.
struct RedisServer: Sendable, Equatable {
  var url: RedisURL
  var password: String?
  /// A PEM file with an authority to trust beside the system's.
  var authority: String?

  /// As people read it.
  var place: String { "\(url.isSecure ? "rediss" : "redis")://\(target.authority)" }

  private var target: ByteStreamTarget {
    ByteStreamTarget(host: url.host, port: url.port, tls: url.isSecure ? ByteStreamTLS(authority: authority) : nil)
  }

  /// What is said first on each connection.
  var greeting: [RedisCommand] {
    var commands: [RedisCommand] = []
    if let password { commands.append(url.user.map { ["AUTH", $0, password] } ?? ["AUTH", password]) }
    if url.database != 0 { commands.append(["SELECT", String(url.database)]) }
    return commands + [["PING"]]
  }

  /// Connects, says who asks, and makes sure that the server answers.
  /// - Parameter ended: Called once when the connection is gone later.
  /// - Throws: `NodeFailure` that says what is wrong and what to do.
  func open(_ context: NodeContext, ended: @escaping @Sendable () -> Void) async throws(NodeFailure) -> RedisLink {
    let link: RedisLink
    do throws(HTTPFailure) { link = try await RedisLink.open(target, context, ended: ended) } catch {
      throw unreachable(error)
    }
    let replies: [RedisReply]
    do throws(RedisLink.Lost) { replies = try await link.ask(greeting) } catch { throw lost(error) }
    for problem in replies.compactMap(\.problem) {
      link.end("refused")
      throw failure(of: problem)
        ?? NodeFailure(
          .missing, "Redis at \(place) does not let us in: \(problem)", hint: "check user, password and url")
    }
    return link
  }
}
