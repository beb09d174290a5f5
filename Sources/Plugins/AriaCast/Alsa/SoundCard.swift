internal import CALSA
internal import Glibc
internal import RouterCore

/// One opened device of alsa-lib, that plays or records. Owned by its device thread; closed when it goes.
///
/// The device is never waited for except in ``wait(milliseconds:)``: it is opened non-blocking and written to only when
/// it has room. Error numbers are positive.
@safe struct SoundCard: ~Copyable {
  let format: CardFormat
  private let pcm: OpaquePointer
  private var descriptors: [pollfd]

  /// Opens a device by its alsa name and agrees on a format.
  ///
  /// - Parameters:
  ///   - device: `default`, `hw:CARD=Headphones`, anything alsa-lib's configuration knows.
  ///   - period: Wished time between two wake-ups; the card may choose another.
  ///   - capture: Opens it for recording, with this wish.
  init(device: String, period: Duration, capture: CaptureWish? = nil) throws(CardFailure) {
    AlsaWords.listen()
    var opened: OpaquePointer?
    let direction = capture == nil ? SND_PCM_STREAM_PLAYBACK : SND_PCM_STREAM_CAPTURE
    let code = unsafe snd_pcm_open(&opened, device, direction, SND_PCM_NONBLOCK)
    guard code >= 0, let pcm = unsafe opened else {
      throw CardFailure(attempt: "open", code: code < 0 ? -code : ENODEV, words: AlsaWords.heard)
    }
    do throws(CardFailure) {
      format = try unsafe CardNegotiation.agree(on: pcm, period: period, wish: capture)
    } catch {
      unsafe snd_pcm_close(pcm)
      throw error
    }
    let count = max(0, unsafe snd_pcm_poll_descriptors_count(pcm))
    descriptors = Array(repeating: pollfd(), count: Int(count))
    let filled = unsafe snd_pcm_poll_descriptors(pcm, &descriptors, UInt32(count))
    descriptors.removeLast(descriptors.count - max(0, Int(filled)))
    unsafe self.pcm = pcm
  }

  deinit { unsafe snd_pcm_close(pcm) }

  /// The name under which alsa-lib opens the mixer of this device: that of the card it plays on, else the device's own.
  func mixer(of device: String) -> String {
    var made: OpaquePointer?
    guard unsafe snd_pcm_info_malloc(&made) == 0, let info = unsafe made else { return device }
    defer { unsafe snd_pcm_info_free(info) }
    guard unsafe snd_pcm_info(pcm, info) >= 0 else { return device }
    let card = unsafe snd_pcm_info_get_card(info)
    return card < 0 ? device : "hw:\(card)"
  }

  /// Frames written and not yet played.
  func queuedFrames() throws(CardCode) -> Int {
    let room = unsafe snd_pcm_avail_update(pcm)
    if room < 0 { throw CardCode(Int32(-room)) }
    return max(0, format.bufferFrames - Int(room))
  }

  /// Frames recorded and not yet read.
  func recordedFrames() throws(CardCode) -> Int {
    let frames = unsafe snd_pcm_avail_update(pcm)
    if frames < 0 { throw CardCode(Int32(-frames)) }
    return Int(frames)
  }

  /// Reads whole frames into `bytes`, from byte `start` to its end at most.
  /// - Returns: Frames read.
  func read(into bytes: inout [UInt8], from start: Int) throws(CardCode) -> Int {
    let frames = (bytes.count - start) / format.bytesPerFrame
    let code = unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe snd_pcm_readi(pcm, bytes.baseAddress?.advanced(by: start), snd_pcm_uframes_t(frames))
    }
    if code < 0 { throw CardCode(Int32(-code)) }
    return Int(code)
  }

  /// Asks the hardware itself whether it is still there. A system call; for a card that rests.
  func probe() throws(CardCode) {
    if unsafe snd_pcm_state(pcm) == SND_PCM_STATE_DISCONNECTED { throw CardCode(ENODEV) }
    let room = unsafe snd_pcm_avail(pcm)
    if room < 0 { throw CardCode(Int32(-room)) }
  }

  /// Frames until a frame written now is heard, including what lies behind the card's buffer; nil while unknown.
  func delayFrames() -> Int? {
    var frames: snd_pcm_sframes_t = 0
    guard unsafe snd_pcm_delay(pcm, &frames) >= 0, frames >= 0 else { return nil }
    return Int(frames)
  }

  /// Wakes ``wait(milliseconds:)`` as soon as the card has room for that many frames.
  func wakeUp(atRoomFor frames: Int) throws(CardCode) {
    try unsafe CardNegotiation.setWakeUp(pcm, room: frames, format: format)
  }

  /// Waits for the card to stir, once: `snd_pcm_wait` begins its time-out anew after each event that makes no room, and
  /// would not come back from a card that ticks without moving.
  ///
  /// - Returns: false when nothing says that there is room; the time need not have passed.
  mutating func wait(milliseconds: Int32) throws(CardCode) -> Bool {
    let count = UInt32(descriptors.count)
    let happened = unsafe poll(&descriptors, nfds_t(count), milliseconds)
    if happened < 0 { throw CardCode(errno) }
    if happened == 0 { return false }
    var events: UInt16 = 0
    try check(unsafe snd_pcm_poll_descriptors_revents(pcm, &descriptors, count, &events))
    return Int32(events) & (Int32(POLLOUT) | Int32(POLLIN) | Int32(POLLERR) | Int32(POLLNVAL) | Int32(POLLHUP)) != 0
  }

  /// Writes whole frames.
  /// - Returns: Frames taken; fewer than offered only if there was less room.
  func write(_ bytes: RawSpan) throws(CardCode) -> Int {
    let frames = bytes.byteCount / format.bytesPerFrame
    let code = unsafe bytes.withUnsafeBytes { bytes in
      unsafe snd_pcm_writei(pcm, bytes.baseAddress, snd_pcm_uframes_t(frames))
    }
    if code < 0 { throw CardCode(Int32(-code)) }
    return Int(code)
  }

  /// Starts the card's clock with what is queued.
  func start() throws(CardCode) { try check(unsafe snd_pcm_start(pcm)) }

  /// Stops the clock, forgets what is queued and makes the card ready to be filled again.
  func park() throws(CardCode) {
    try check(unsafe snd_pcm_drop(pcm))
    try check(unsafe snd_pcm_prepare(pcm))
  }

  /// Brings the card back after it ran dry (`EPIPE`) or the machine slept (`ESTRPIPE`): ready to be filled again.
  func recover(from code: Int32) throws(CardCode) {
    if code == ESTRPIPE {
      let resumed = unsafe snd_pcm_resume(pcm)
      if resumed == -EAGAIN { throw CardCode(EAGAIN) }
      if resumed == 0 { try check(unsafe snd_pcm_drop(pcm)) }
    }
    try check(unsafe snd_pcm_prepare(pcm))
  }

  private func check(_ code: Int32) throws(CardCode) {
    if code < 0 { throw CardCode(-code) }
  }
}

/// An error number of a card that plays, positive. Small and free of text: thrown on the device thread.
struct CardCode: Error, Equatable, Sendable {
  var code: Int32
  init(_ code: Int32) { self.code = code }
}
