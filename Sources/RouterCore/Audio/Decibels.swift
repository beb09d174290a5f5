internal import Glibc

/// The factor that a level in decibels stands for: 0 dB is 1, -6.02 dB is a half, -infinity is 0. Any thread.
public func amplitude(decibels: Double) -> Double { decibels == -.infinity ? 0 : pow(10, decibels / 20) }

/// The level of a magnitude in decibels: 1 is 0 dB, 0 is -infinity. The sign of `amplitude` is ignored. Any thread.
public func decibels(amplitude: Double) -> Double { amplitude == 0 ? -.infinity : 20 * log10(abs(amplitude)) }
