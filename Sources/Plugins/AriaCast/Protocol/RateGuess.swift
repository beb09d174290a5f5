/// Finds out whether a sender's sound is 48 kHz, as announced, or the 44.1 kHz of one released app.
///
/// The only evidence is the size of the messages: 3,528 bytes in the first message and in none of the first 25 another
/// size means 44.1 kHz. A stream carries one format, so a change of mind closes the stream and opens another. The guess
/// is made at the first message, where the change costs nothing: that stream has carried no sound yet, and nobody hears
/// half a second at the wrong pitch. A message of another size among the first 25 takes the guess back.
struct RateGuess {
  /// Messages after which the rate is settled.
  static let trial = 25

  /// Frames per second: 48,000 or 44,100.
  private(set) var rate = CastFormat.sampleRate
  private var seen = 0
  private var isSettled = false

  /// Takes the size of the next message of sound; empty ones and odd lengths do not count.
  /// - Returns: true when `rate` changed with this message, which belongs to the new rate already.
  mutating func message(bytes: Int) -> Bool {
    if isSettled { return false }
    seen += 1
    let isDeviant = bytes == CastFormat.packetBytes(at: CastFormat.deviantRate)
    isSettled = !isDeviant || seen >= RateGuess.trial
    let now = isDeviant ? CastFormat.deviantRate : CastFormat.sampleRate
    defer { rate = now }
    return now != rate
  }
}
