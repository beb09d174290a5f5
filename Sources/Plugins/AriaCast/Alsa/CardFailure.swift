internal import Glibc
internal import RouterCore

/// A call to a sound card that failed.
struct CardFailure: Error, Sendable, Equatable {
  /// What was tried, as a verb: `open`, `set the format of`.
  var attempt: String
  /// errno, positive.
  var code: Int32
  /// alsa-lib's explanation; may be empty.
  var words: String

  /// The card is not there (any more), as opposed to busy, forbidden or broken.
  var isAbsence: Bool { [ENOENT, ENODEV, ENXIO, ENOTTY, EBADFD, EBADF].contains(code) }
}

extension NodeFailure {
  /// A card that could not be opened or set up.
  ///
  /// - Parameter known: Names of the devices alsa-lib finds on this machine.
  init(opening device: String, _ failure: CardFailure, known: [String]) {
    let words = failure.words.isEmpty ? "" : " (alsa: \(failure.words))"
    let reason =
      "cannot \(failure.attempt) sound card \"\(device)\": \(AlsaWords.meaning(of: failure.code))\(words)"
    switch failure.code {
    case EACCES, EPERM:
      self.init(
        .blocked, reason, hint: "let this user use sound: sudo usermod -aG audio \"$USER\", then log in again")
    case EBUSY:
      self.init(
        .blocked, reason,
        hint: "another program plays on it: end it (fuser -v /dev/snd/*), or use a device that mixes, as \"default\"")
    case _ where failure.isAbsence: self.init(.missing, reason, hint: Self.choice(known))
    default: self.init(.broken, reason, hint: Self.choice(known))
    }
  }

  /// A card that was lost while it played.
  init(losing device: String, _ loss: CardLoss) {
    switch loss {
    case .failed(let code):
      self.init(
        .missing, "sound card \"\(device)\" is gone: \(AlsaWords.meaning(of: code))",
        hint: "plug it in again; the sound comes back by itself")
    case .stalled:
      self.init(
        .missing, "sound card \"\(device)\" is gone: it has taken no sound for 2 s",
        hint: "unplug it and plug it in again; the sound comes back by itself")
    case .unstable:
      self.init(
        .broken, "sound card \"\(device)\" runs dry again and again",
        hint: "raise \"periodMs\", or let the router run at real-time priority")
    }
  }

  /// What alsa-lib names beside cards (converters, sound servers) is no advice to somebody who lacks a card.
  private static func choice(_ known: [String]) -> String {
    let cards = known.filter { $0.contains("CARD=") }
    if cards.isEmpty {
      return "no sound card was found on this machine: plug one in; \"http.stream\" is heard without one"
    }
    return "set \"device\" to one of: " + cards.prefix(12).joined(separator: ", ")
  }
}

/// Why a card that played does not any more.
enum CardLoss: Error, Sendable, Equatable {
  /// errno, positive.
  case failed(Int32)
  /// Neither progress nor an error for two seconds.
  case stalled
  /// It was brought back many times in a row and never played for long.
  case unstable
}
