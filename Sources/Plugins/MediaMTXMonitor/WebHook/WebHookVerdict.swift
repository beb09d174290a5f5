import RouterCore

/// What a web hook's answer means for the event. Pure.
enum WebHookVerdict: Equatable {
  case taken
  /// An error that can pass. - Parameter after: The server wants to be left alone so long.
  case later(after: Duration?)
  /// It will never be taken.
  case refused(String)

  /// The longest time a server may ask for.
  private static let longest = 3_600

  init(_ answer: HTTPAnswer) {
    switch answer.status {
    case 200..<300: self = .taken
    case 300..<400:
      self = .refused("status \(answer.status): redirects are not followed, name the new address in \"url\"")
    case 408, 425, 429, 500..<600:
      let seconds = answer.fields["Retry-After"].flatMap { Int($0) }
      self = .later(after: seconds.map { .seconds(min(max(0, $0), WebHookVerdict.longest)) })
    default: self = .refused("status \(answer.status)")
    }
  }
}
