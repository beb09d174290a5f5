import RouterCore

/// One connection to a Redis server: commands go out together, their replies come back in order. Any thread.
final class RedisLink: Sendable {
  /// The connection is gone, in words.
  struct Lost: Error, Equatable { var reason: String }

  private struct Question {
    var open: Int
    var replies: [RedisReply] = []
    var answer: CheckedContinuation<Result<[RedisReply], Lost>, Never>
  }
  private struct State {
    var peer: (any ByteStreamPeer)?
    var questions: [Question] = []
    var lost: Lost?
  }

  private let state = PthreadLock(State())
  private let time: any TimeSource
  /// Called once, when the connection is gone.
  private let ended: @Sendable () -> Void

  init(time: any TimeSource, ended: @escaping @Sendable () -> Void) {
    self.time = time
    self.ended = ended
  }

  /// Connects.
  static func open(
    _ target: ByteStreamTarget, _ context: NodeContext, ended: @escaping @Sendable () -> Void
  ) async throws(HTTPFailure) -> RedisLink {
    let link = RedisLink(time: context.time, ended: ended)
    let peer = try await context.byteStreams.connect(to: target, on: context.loop) { _, _ in RedisIntake(link) }
    link.state.withLock { $0.peer = peer }
    return link
  }

  /// Why the connection is gone; nil as long as it is there.
  var lost: Lost? { state.withLock { $0.lost } }

  /// Sends commands in one go and waits for all their replies.
  /// - Throws: ``Lost`` when the connection is gone or the replies are not there in time; some commands may have been
  ///   done then.
  func ask(_ commands: [RedisCommand], within limit: Duration = .seconds(5)) async throws(Lost) -> [RedisReply] {
    guard !commands.isEmpty else { return [] }
    let bytes = commands.flatMap(\.bytes)
    let alarm = Task {
      do { try await time.sleep(until: time.now + limit) } catch { return }
      end("no answer within \(Int(limit.seconds)) s")
    }
    defer { alarm.cancel() }
    return try await withTaskCancellationHandler {
      await withCheckedContinuation { answer in
        // Under the lock, so that questions and commands are in the same order.
        let refused = state.withLock { state -> Lost? in
          if let lost = state.lost { return lost }
          guard state.peer?.send(bytes) == true else { return Lost(reason: "the connection takes nothing") }
          state.questions.append(Question(open: commands.count, answer: answer))
          return nil
        }
        if let refused { answer.resume(returning: .failure(refused)) }
      }
    } onCancel: {
      // An answer that is near is waited for: it says what was done.
      Task {
        try? await time.sleep(until: time.now + .seconds(1))
        end("stopped")
      }
    }.get()
  }

  /// Ends the connection; who waits is told.
  func end(_ reason: String) {
    let (peer, questions, isFirst) = state.withLock { state in
      defer {
        state.lost = state.lost ?? Lost(reason: reason)
        state.peer = nil
        state.questions = []
      }
      return (state.peer, state.questions, state.lost == nil)
    }
    peer?.close()
    for question in questions { question.answer.resume(returning: .failure(Lost(reason: reason))) }
    if isFirst { ended() }
  }

  /// Takes replies as they come. On the loop.
  fileprivate func take(_ replies: [RedisReply]) {
    let answered = state.withLock { state in
      var answered: [Question] = []
      for reply in replies where !state.questions.isEmpty {
        state.questions[0].replies.append(reply)
        state.questions[0].open -= 1
        if state.questions[0].open == 0 { answered.append(state.questions.removeFirst()) }
      }
      return answered
    }
    for question in answered { question.answer.resume(returning: .success(question.replies)) }
  }
}

/// The end of the connection on its loop.
private final class RedisIntake: ByteStreamHandler {
  private let link: RedisLink
  private let reader = RedisReplyReader()

  init(_ link: RedisLink) { self.link = link }

  func receive(_ bytes: RawSpan, on loop: isolated Loop) -> String? {
    guard let replies = reader.feed(bytes) else { return "what answers there does not speak Redis' protocol" }
    link.take(replies)
    return nil
  }

  func closed(_ reason: String?, on loop: isolated Loop) { link.end(reason ?? "closed") }
}
