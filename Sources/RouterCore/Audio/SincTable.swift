internal import Glibc

/// Windowed-sinc coefficients for every 256th of a frame, and the way to the next. Made once, never changed.
struct SincTable: Sendable {
  /// The 32 coefficients of one place between two frames, in vectors as wide as the registers of any machine.
  struct Row {
    typealias Four = SIMD4<Float>
    fileprivate let vectors: (Four, Four, Four, Four, Four, Four, Four, Four)

    /// The sum of 32 floats, each times its coefficient.
    /// - Parameters:
    ///   - frames: Not checked: reaches 128 bytes beyond `offset` or more.
    ///   - offset: In bytes.
    @inline(__always)
    func sum(of frames: RawSpan, at offset: Int) -> Float {
      @inline(__always) func four(_ place: Int) -> Four {
        unsafe frames.unsafeLoadUnaligned(fromUncheckedByteOffset: offset &+ 16 &* place, as: Four.self)
      }
      var even = vectors.0 * four(0)
      var odd = vectors.1 * four(1)
      even += vectors.2 * four(2)
      odd += vectors.3 * four(3)
      even += vectors.4 * four(4)
      odd += vectors.5 * four(5)
      even += vectors.6 * four(6)
      odd += vectors.7 * four(7)
      return Self.added(even + odd)
    }

    /// The four floats added. Taken apart as integers: floats taken apart make the compiler do all the work above in
    /// halves, at twice the cost.
    @inline(__always)
    private static func added(_ four: Four) -> Float {
      let halves = unsafe unsafeBitCast(four, to: SIMD2<UInt64>.self)
      let two = unsafe unsafeBitCast(halves.x, to: SIMD2<Float>.self) + unsafeBitCast(halves.y, to: SIMD2<Float>.self)
      return two.x + two.y
    }
  }

  static let shared = SincTable()
  private static let phases = 256
  /// Kaiser window; 9 keeps the images more than 90 dB down.
  private static let beta = 9.0

  /// Per phase: eight vectors of coefficients, eight of differences to the next phase.
  private let vectors: [SIMD4<Float>]

  private init() {
    let taps = DriftCorrector.taps
    var all: [SIMD4<Float>] = []
    all.reserveCapacity(Self.phases * taps / 2)
    for phase in 0..<Self.phases {
      let here = Self.coefficients(Double(phase) / Double(Self.phases))
      let next = Self.coefficients(Double(phase + 1) / Double(Self.phases))
      for start in stride(from: 0, to: taps, by: 4) {
        all.append(SIMD4((0..<4).map { Float(here[start + $0]) }))
      }
      for start in stride(from: 0, to: taps, by: 4) {
        all.append(SIMD4((0..<4).map { Float(next[start + $0] - here[start + $0]) }))
      }
    }
    vectors = all
  }

  /// The 32 coefficients at a fraction of a frame, in units of 2^-32.
  @inline(__always)
  func row(at fraction: UInt32) -> Row {
    // Within the table whatever the fraction: 256 rows of 16 vectors.
    let base = 16 &* Int(fraction >> 24)
    let share = SIMD4<Float>(repeating: Float(fraction & 0xFF_FFFF) * (1 / 16_777_216))
    @inline(__always) func four(_ place: Int) -> SIMD4<Float> {
      unsafe vectors.span[unchecked: base &+ place] + vectors.span[unchecked: base &+ place &+ 8] * share
    }
    return Row(vectors: (four(0), four(1), four(2), four(3), four(4), four(5), four(6), four(7)))
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
