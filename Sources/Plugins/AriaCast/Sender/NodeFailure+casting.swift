internal import RouterCore

extension NodeFailure {
  /// A speaker cannot be cast to, or not any more.
  init(castingTo speaker: String, _ failure: AriaCastSender.Failure) {
    switch failure {
    case .connection(let refused) where refused.status == 403:
      self.init(
        .missing, "\(speaker) is busy: another sender is playing",
        hint: "it is taken when it is free; at an ariacast.receiver, takeOver says who gives way")
    case .connection(let refused) where refused.status == 404:
      self.init(.missing, "\(speaker) is no AriaCast speaker: it has no /audio", hint: "look at the port of the URL")
    case .connection(let refused):
      self.init(
        .missing, "cannot reach \(speaker): \(refused.message)",
        hint: refused.kind == .resolve ? "look at the name in the URL" : "is the speaker on, and its port open?")
    case .closed(_, "superseded"):
      self.init(.missing, "another sender has taken \(speaker)", hint: "it is taken when it is free")
    case .closed(1000, _):
      self.init(.missing, "\(speaker) ended the cast: it is busy, or wants no more", hint: "it is tried again")
    case .closed, .handshake, .file, .conversion:
      self.init(.missing, "\(speaker): \(failure)", hint: "it is tried again")
    }
  }

  /// Nobody on the network has that name.
  init(unknownSpeaker name: String, _ search: SpeakerSearchResult) {
    let names = search.list.sorted.map(\.name)
    let found = names.isEmpty ? "none was found" : "found: " + names.map { "\"\($0)\"" }.joined(separator: ", ")
    let meant = closest(to: name, in: names).map { "did you mean \"\($0)\"? " } ?? ""
    let notes = search.notes.map { "; \($0)" }.joined()
    self.init(
      .missing, "no speaker on the network is called \"\(name)\"; \(found)",
      hint: "\(meant)same network, no guest Wi-Fi; or give the url\(notes)")
  }
}
