import RouterCore
import Testing

@testable import AriaCast

@Suite struct VolumeTests {
  @Test func `full loudness is unity, none and mute are silence`() {
    #expect(VolumeCurve.gain(of: VolumeEvent(percent: 100)) == 1)
    #expect(VolumeCurve.gain(of: VolumeEvent(percent: 0)) == 0)
    #expect(VolumeCurve.gain(of: VolumeEvent(percent: 100, isMuted: true)) == 0)
    #expect(VolumeCurve.gain(of: VolumeEvent(percent: .nan)) == 0)
    #expect(VolumeCurve.gain(of: VolumeEvent(percent: 50)) == 0.125)
  }

  @Test func `each step upward is louder`() {
    let gains = (0...100).map { VolumeCurve.gain(of: VolumeEvent(percent: Double($0))) }
    #expect(zip(gains, gains.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func `a change takes 200 ms without a step, from wherever the last one has come to`() {
    var ramp = VolumeRamp(gain: 1, sampleRate: 48_000)
    var heard: [Float] = []
    func play(periods: Int) {
      for _ in 0..<periods {
        var samples = [Float](repeating: 1, count: 960)
        ramp.apply(to: &samples, channels: 2)
        heard += samples
      }
    }
    play(periods: 2)
    ramp.aim(at: 0)
    play(periods: 10)
    ramp.aim(at: 1)
    play(periods: 19)
    #expect(ramp.gain < 1)
    play(periods: 2)
    #expect(heard.prefix(1920).allSatisfy { $0 == 1 })
    #expect(heard.suffix(960).allSatisfy { $0 == 1 })
    let left = stride(from: 0, to: heard.count, by: 2).map { heard[$0] }
    let right = stride(from: 1, to: heard.count, by: 2).map { heard[$0] }
    #expect(left == right)
    let largest = zip(left, left.dropFirst()).map { abs($0 - $1) }.max() ?? 1
    #expect(largest < 1.1 / 9600)
    #expect(abs((left.min() ?? 0) - 0.5) < 0.001)
  }

  @Test func `what a store gives back is taken only if it is a loudness`() {
    let volume = VolumeEvent(percent: 42.5, isMuted: true)
    #expect(VolumeEvent(remembered: volume.json) == volume)
    for wrong: JSON? in [nil, .null, .string("50"), ["percent": .string("50")], ["isMuted": .bool(true)]] {
      #expect(VolumeEvent(remembered: wrong) == nil)
    }
    #expect(VolumeEvent(remembered: ["percent": .integer(900)]) == VolumeEvent(percent: 100))
  }

  @Test func `a mixed period has the loudness that is wished`() throws {
    var desk = try SpeakerDesk()
    let stream = desk.open()
    #expect(try desk.connect(stream))
    #expect(desk.play([(stream, 8000)], times: 10).last == 8000)
    desk.volume.gain = 0.125
    let falling = desk.play([(stream, 8000)], times: 11)
    #expect(falling.first == 7999 || falling.first == 8000)
    #expect(falling.last == 1000)
    let steps = zip(falling, falling.dropFirst()).map { Int($0) - Int($1) }
    #expect(steps.allSatisfy { (0...1).contains($0) })
    desk.volume.gain = 0
    #expect(desk.play([(stream, 8000)], times: 11).last == 0)
    desk.volume.gain = 1
    #expect(Set(desk.play([(stream, 8001)], times: 12).suffix(1920)) == [8001])
  }
}
