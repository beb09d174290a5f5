internal import CALSA
internal import Glibc
internal import RouterCore
internal import Synchronization

/// The control side's way to a card's volume control: a thread that owns the mixer, moves it as wished, and tells when
/// somebody else has moved it.
final class MixerLink: Sendable {
  /// What the mixer's thread says.
  enum News: Sendable, Equatable {
    /// Somebody else moved the control.
    case moved(VolumeEvent)
    /// The mixer is gone.
    case lost
  }

  /// What was found when the mixer was opened.
  enum Found: Sendable, Equatable {
    case control(name: String, volume: VolumeEvent, hasSwitch: Bool)
    /// No control; the names of those there are.
    case nothing(known: [String])
  }

  /// Ends with the thread.
  let news: AsyncStream<News>
  private let tell: AsyncStream<News>.Continuation
  private let wakeUp: WakeUp
  private let wish = PthreadLock<VolumeEvent?>(nil)
  private let isStopping = Atomic<Bool>(false)
  private let opened = OneShot<Found>()
  private let ended = OneShot<Void>()

  /// - Throws: `SystemError` when the process has no descriptors left.
  init() throws(SystemError) {
    wakeUp = try WakeUp()
    // Loudness is a state: of several values that wait the last counts.
    (news, tell) = AsyncStream.makeStream(of: News.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Opens the mixer of `card` on a thread of its own.
  /// - Parameter wanted: The control's name; nil picks a usual one.
  /// - Throws: `SystemError` without a thread.
  func open(_ card: String, wanted: String?, thread name: String) async throws(SystemError) -> Found {
    try DeviceThread.start(name) { self.live(card, wanted) }
    return await opened.value
  }

  /// Moves the control soon; of several wishes the last counts. Any thread.
  func set(_ volume: VolumeEvent) {
    wish.withLock { $0 = volume }
    wakeUp.wake()
  }

  /// Ends the thread after the last wish and closes the mixer.
  func stop() async {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    wakeUp.wake()
    await ended.value
  }

  /// The thread's life.
  private func live(_ card: String, _ wanted: String?) {
    defer {
      tell.finish()
      ended.fulfil(())
    }
    var known: [String] = []
    guard var mixer = HardwareMixer.open(card, wanted: wanted, known: &known) else {
      return opened.fulfil(.nothing(known: known))
    }
    opened.fulfil(.control(name: mixer.name, volume: mixer.volume, hasSwitch: mixer.hasSwitch))
    do throws(CardCode) {
      while try turn(&mixer) {}
    } catch {
      tell.yield(.lost)
    }
  }

  /// - Returns: false when the link is to end.
  private func turn(_ mixer: inout HardwareMixer) throws(CardCode) -> Bool {
    wakeUp.prepare()
    let isLast = isStopping.load(ordering: .sequentiallyConsistent)
    if let volume = wish.withLock({ $0.take() }) { mixer.set(volume) }
    if isLast { return false }
    var descriptors = mixer.descriptors
    wakeUp.sleep(beside: &descriptors)
    guard descriptors.contains(where: { $0.revents != 0 }) else { return true }
    if let volume = try mixer.handleEvents() { tell.yield(.moved(volume)) }
    if descriptors.contains(where: { Int32($0.revents) & (POLLERR | POLLHUP | POLLNVAL) != 0 }) {
      throw CardCode(ENODEV)
    }
    return true
  }
}
