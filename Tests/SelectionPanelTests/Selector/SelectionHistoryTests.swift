import RouterCore
import Support
import Testing

@testable import SelectionPanel

/// Random histories of fingers, wires, players and clocks: when everything has arrived, the right light is on.
@Suite struct SelectionHistoryTests {
  @Test func `no wrong light in 10,000 histories`() {
    for seed in 0..<10_000 {
      var random = SplitMix(seed: UInt64(seed))
      let count = Int.random(in: 0...3, using: &random)
      var world = PanelWorld(players: count, old: 0)
      for _ in 0..<Int.random(in: 1...60, using: &random) { step(&world, &random) }
      world.settle()
      #expect(world.lit == world.rightLight, "history \(seed)")
      #expect(world.selected == world.lit, "history \(seed): the button is dead")
      if world.lit != world.rightLight { return }
    }
  }

  @Test func `pages that know slots only: a light is wrong at most until the watchdog`() {
    for seed in 0..<2_000 {
      var random = SplitMix(seed: UInt64(seed))
      var world = PanelWorld(players: 2, old: 1)
      for _ in 0..<Int.random(in: 1...60, using: &random) { step(&world, &random) }
      world.settle()
      let isPlayed = world.players.contains { $0.playing != nil && $0.playing?.play == world.last.play }
      if world.lit != nil { #expect(world.lit == world.last.slot, "history \(seed)") }
      if !isPlayed { world.wait(.seconds(100)) }
      world.settle()
      if !isPlayed { #expect(world.lit == nil, "history \(seed)") }
      #expect(world.selected == world.lit, "history \(seed): the button is dead")
    }
  }

  private func step(_ world: inout PanelWorld, _ random: inout SplitMix) {
    let player = world.players.isEmpty ? nil : Int.random(in: world.players.indices, using: &random)
    switch Int.random(in: 0..<14, using: &random) {
    case 0, 1, 2: world.push(Int.random(in: 0..<5, using: &random))
    case 3: world.presses.append(Int.random(in: 0..<5, using: &random))
    case 4: if Int.random(in: 0..<4, using: &random) == 0 { world.presses.append(nil) }
    case 5, 6: world.deliverPress()
    case 7: world.deliverCommand()
    case 8: if let player { world.deliverPlayback(to: player) }
    case 9: if let player { world.deliverEnd(of: player) }
    case 10: if let player { world.finish(player, .ended) }
    case 11: if let player { world.finish(player, Bool.random(using: &random) ? .failed : .left) }
    case 12: world.wait(.seconds(Int.random(in: 0...5, using: &random)))
    default: if Int.random(in: 0..<20, using: &random) == 0 { world.wait(.seconds(100)) }
    }
  }
}
