import Glibc

/// The sine of a fraction of a full turn.
func sine(_ turns: Double) -> Double { sin(2 * .pi * turns) }

/// The sine of known frequency that lies nearest to a signal, by least squares, and what is left of the signal.
struct SineFit {
  let amplitude: Double
  /// Root mean square of the rest, which holds all distortion, noise and jumps.
  let residual: Double

  /// - Parameter frequency: In turns per sample.
  init(_ signal: [Double], frequency: Double) {
    var (cc, ss, cs, xc, xs) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for (index, value) in signal.enumerated() {
      let turn = 2 * .pi * frequency * Double(index)
      let (c, s) = (cos(turn), sin(turn))
      cc += c * c
      ss += s * s
      cs += c * s
      xc += value * c
      xs += value * s
    }
    let determinant = cc * ss - cs * cs
    let a = (xc * ss - xs * cs) / determinant
    let b = (xs * cc - xc * cs) / determinant
    amplitude = (a * a + b * b).squareRoot()
    var sum = 0.0
    for (index, value) in signal.enumerated() {
      let turn = 2 * .pi * frequency * Double(index)
      let rest = value - a * cos(turn) - b * sin(turn)
      sum += rest * rest
    }
    residual = (sum / Double(signal.count)).squareRoot()
  }
}
