import Testing

@testable import AriaCast

@Suite struct MixerScaleTests {
  static let scales = [
    MixerScale(steps: 0...100, decibels: -6000...0), MixerScale(steps: 0...255, decibels: -9_999_999...400),
    MixerScale(steps: -10...10, decibels: -2000 ... -100), MixerScale(steps: 0...31, decibels: nil),
  ]

  @Test(arguments: scales)
  func `both ends are the control's ends`(scale: MixerScale) {
    #expect(scale.place(ofPercent: 0) == .step(scale.steps.lowerBound))
    let top = scale.decibels.map { MixerScale.Place.decibels($0.upperBound) } ?? .step(scale.steps.upperBound)
    #expect(scale.place(ofPercent: 100) == top)
    #expect(scale.percent(of: top) == 100)
  }

  @Test(arguments: scales)
  func `a percentage comes back from its place`(scale: MixerScale) {
    let coarse = scale.decibels == nil ? 100.0 / 31 / 2 : 0.1
    for percent in 1...100 {
      #expect(abs(scale.percent(of: scale.place(ofPercent: Double(percent))) - Double(percent)) <= coarse)
    }
  }

  @Test func `half is 18 dB down where the control goes to silence`() {
    #expect(MixerScale(steps: 0...255, decibels: -9_999_999...0).place(ofPercent: 50) == .decibels(-1806))
  }

  @Test func `a short range goes in even decibels`() {
    #expect(MixerScale(steps: 0...10, decibels: -2000...0).place(ofPercent: 50) == .decibels(-1000))
  }

  @Test func `a control with one step is always full`() {
    let scale = MixerScale(steps: 3...3, decibels: nil)
    #expect(scale.place(ofPercent: 60) == .step(3))
    #expect(scale.percent(of: .step(3)) == 100)
  }
}
