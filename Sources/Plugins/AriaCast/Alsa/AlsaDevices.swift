internal import CALSA
internal import Glibc

/// The devices alsa-lib's configuration names on this machine. Blocking; control side.
enum AlsaDevices {
  /// What a device is wanted for.
  enum Purpose { case playing, recording }

  /// Names as they are written in `device`: `default`, `hw:CARD=Headphones,DEV=0`. Empty without alsa-lib's
  /// configuration files.
  static func names(_ purpose: Purpose = .playing) -> [String] {
    let other = purpose == .playing ? "Input" : "Output"
    AlsaWords.listen()
    defer { AlsaWords.release() }
    var hints: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    guard unsafe snd_device_name_hint(-1, "pcm", &hints) == 0, let list = unsafe hints else { return [] }
    defer { unsafe snd_device_name_free_hint(list) }
    var names: [String] = []
    var index = 0
    while let hint = unsafe list[index] {
      index += 1
      guard unsafe text(hint, "IOID") != other, let name = unsafe text(hint, "NAME") else { continue }
      names.append(name)
    }
    return names
  }

  private static func text(_ hint: UnsafeMutableRawPointer, _ key: String) -> String? {
    guard let value = unsafe snd_device_name_get_hint(hint, key) else { return nil }
    defer { unsafe free(value) }
    return unsafe String(cString: value)
  }
}
