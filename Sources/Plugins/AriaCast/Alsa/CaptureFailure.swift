internal import Glibc
internal import RouterCore

extension NodeFailure {
  /// A card that could not be opened for recording.
  init(recordingFrom device: String, _ failure: CardFailure, known: [String]) {
    self.init(opening: device, failure, known: known)
    if failure.code == EBUSY {
      hint =
        "another program records from it: end it (fuser -v /dev/snd/*), or use a device that shares, as \"default\""
    } else if kind != .blocked, !known.contains(where: { $0.contains("CARD=") }) {
      hint = "no sound card that records was found on this machine: plug one in"
    }
  }

  /// A card that was lost while it recorded.
  init(losingRecordingFrom device: String, _ loss: CardLoss) {
    self.init(losing: device, loss)
    switch loss {
    case .failed: break
    case .stalled: reason = "sound card \"\(device)\" is gone: it has given no sound for 2 s"
    case .unstable: reason = "sound card \"\(device)\" runs over again and again"
    }
  }
}
