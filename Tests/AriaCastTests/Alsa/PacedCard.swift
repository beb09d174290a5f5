import Glibc
import RouterCore
import Synchronization
import Testing

/// A folder with a card made of nothing, played through the real alsa-lib; see Tests/Doubles/alsa-paced.c.
///
/// The first use compiles the card and points alsa-lib of this process at it.
final class PacedCard: Sendable {
  let folder: String
  private static let count = Atomic<Int>(0)
  private static let doubles = #filePath.components(droppingLast: 3) + "/Doubles"
  /// Where files are memory: a card that waits for a busy disk runs dry.
  private static let memory = unsafe access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
  private static let isReady: Bool = {
    let library = "/tmp/paced-card-\(getpid()).so"
    let source = doubles + "/alsa-paced.c"
    guard unsafe system("cc -O2 -shared -fPIC -DPIC -o \(library) \(source) -lasound") == 0 else { return false }
    unsafe setenv("ALSA_CONFIG_PATH", doubles + "/asound.conf", 1)
    unsafe setenv("PACED_CARD", library, 1)
    let mixer = "/tmp/fake-mixer-\(getpid()).so"
    guard unsafe system("cc -O2 -shared -fPIC -DPIC -o \(mixer) \(doubles)/alsa-fakectl.c -lasound") == 0 else {
      return false
    }
    unsafe setenv("FAKE_MIXER", mixer, 1)
    return true
  }()

  init() throws {
    try #require(Self.isReady, "cc cannot compile Tests/Doubles/alsa-paced.c: is libasound2-dev installed?")
    folder = "\(Self.memory)/paced-\(getpid())-\(Self.count.add(1, ordering: .relaxed).newValue)"
    try #require(unsafe mkdir(folder, 0o755) == 0)
    Self.present.withLock { _ = $0.insert(folder) }
  }

  deinit {
    Self.present.withLock { _ = $0.remove(folder) }
    for name in ["clock", "played.raw", "unplugged", "hang", "xrun", "mixer"] { unsafe unlink("\(folder)/\(name)") }
    unsafe rmdir(folder)
  }

  /// The folders of all cards there are now.
  static var folders: [String] { present.withLock { Array($0) } }
  private static let present = PthreadLock<Set<String>>([])

  /// The card's name for alsa-lib.
  func device(_ more: String = "") -> String { "paced:DIR=\(folder)" + (more.isEmpty ? "" : "," + more) }

  func raise(_ flag: String) {
    let descriptor = unsafe open("\(folder)/\(flag)", O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
    close(descriptor)
  }

  func lower(_ flag: String) { unsafe unlink("\(folder)/\(flag)") }
  func has(_ flag: String) -> Bool { unsafe access("\(folder)/\(flag)", F_OK) == 0 }

  /// Gives the card a volume control, or moves it as another program would: `" 75 1"` is 75 of 100 and not muted.
  func setMixer(_ text: String) {
    let descriptor = unsafe open("\(folder)/mixer", O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    _ = unsafe write(descriptor, bytes, bytes.count)
  }

  /// What the card's volume control stands at.
  var mixer: String {
    let descriptor = unsafe open("\(folder)/mixer", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 10 }, as: UTF8.self)
  }

  /// What was heard so far.
  var played: [UInt8] {
    let descriptor = unsafe open("\(folder)/played.raw", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(descriptor, &chunk, chunk.count)
      if count <= 0 { return bytes }
      bytes += chunk.prefix(count)
    }
  }
}

extension String {
  func components(droppingLast count: Int) -> String {
    split(separator: "/").dropLast(count).map { "/" + $0 }.joined()
  }
}

/// Asks now, and again whenever something happened to a card or to a node on it.
/// - Returns: false if it did not come true within `limit`.
func comesTrue(within limit: Duration = .seconds(5), _ condition: () async -> Bool) async -> Bool {
  for await _ in CardEvents.stream(for: limit, folders: PacedCard.folders) where await condition() { return true }
  return await condition()
}
