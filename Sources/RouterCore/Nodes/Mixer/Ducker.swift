/// How far the inputs without priority are lowered: falls within the attack, comes back within the release.
struct Ducker {
  /// Decibels below their own level, 0 to the depth asked for.
  private(set) var reductionDb: Float = 0
  /// The deepest reduction since the last time there was none: what a release takes its full time for.
  private var depth: Float = 0

  /// The factor that ``reductionDb`` stands for; exactly 1 without any.
  var factor: Float { reductionDb == 0 ? 1 : Float(amplitude(decibels: Double(-reductionDb))) }

  /// Moves on by `seconds` toward `wantedDb`.
  mutating func advance(toward wantedDb: Float, seconds: Float, attack: Float, release: Float) {
    depth = max(depth, wantedDb)
    if wantedDb > reductionDb {
      reductionDb = attack > seconds ? min(wantedDb, reductionDb + depth * seconds / attack) : wantedDb
    } else if wantedDb < reductionDb {
      reductionDb = release > seconds ? max(wantedDb, reductionDb - depth * seconds / release) : wantedDb
    }
    if reductionDb == 0 { depth = 0 }
  }
}

/// Whether an input is heard: from the first loud block until `hold` after the last.
struct Presence {
  private var left: Float = 0

  mutating func hears(_ rms: Float, threshold: Float, hold: Float, seconds: Float) -> Bool {
    if rms >= threshold {
      left = hold
      return true
    }
    left -= seconds
    return left >= 0
  }
}
