internal import Glibc

/// Windowed-sinc coefficients for every 256th of a frame, and the way to the next. Made once, never changed.
struct SincTable: Sendable {
  typealias Row = (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>)

  static let shared = SincTable()
  private static let phases = 256
  /// Kaiser window; 9 keeps the images more than 90 dB down.
  private static let beta = 9.0

  /// Per phase: four vectors of coefficients, four of differences to the next phase.
  private let vectors: [SIMD8<Float>]

  private init() {
    let taps = DriftCorrector.taps
    var all: [SIMD8<Float>] = []
    all.reserveCapacity(Self.phases * taps / 4)
    for phase in 0..<Self.phases {
      let here = Self.coefficients(Double(phase) / Double(Self.phases))
      let next = Self.coefficients(Double(phase + 1) / Double(Self.phases))
      for start in stride(from: 0, to: taps, by: 8) {
        all.append(SIMD8((0..<8).map { Float(here[start + $0]) }))
      }
      for start in stride(from: 0, to: taps, by: 8) {
        all.append(SIMD8((0..<8).map { Float(next[start + $0] - here[start + $0]) }))
      }
    }
    vectors = all
  }

  /// The 32 coefficients at a fraction of a frame, in units of 2^-32.
  @inline(__always)
  func row(at fraction: UInt32) -> Row {
    let all = vectors.span
    let base = 8 &* Int(fraction >> 24)
    let share = SIMD8<Float>(repeating: Float(fraction & 0xFF_FFFF) * (1 / 16_777_216))
    return (
      all[base] + all[base + 4] * share, all[base + 1] + all[base + 5] * share,
      all[base + 2] + all[base + 6] * share, all[base + 3] + all[base + 7] * share
    )
  }

  private static func coefficients(_ fraction: Double) -> [Double] {
    let taps = DriftCorrector.taps
    return (0..<taps).map { sinc(Double($0 - taps / 2 + 1) - fraction) }
  }

  private static func sinc(_ x: Double) -> Double {
    let half = Double(DriftCorrector.taps) / 2
    if abs(x) >= half { return 0 }
    if x == x.rounded() { return x == 0 ? 1 : 0 }
    let place = x / half
    return sin(.pi * x) / (.pi * x) * bessel(beta * (1 - place * place).squareRoot()) / bessel(beta)
  }

  /// The modified Bessel function of the first kind and order zero, as its power series.
  private static func bessel(_ x: Double) -> Double {
    var sum = 1.0
    var term = 1.0
    for k in 1...40 {
      let factor = x / (2 * Double(k))
      term *= factor * factor
      sum += term
    }
    return sum
  }
}
