internal import RouterCore

/// The card's own volume control, where it has one.
extension AlsaSinkNode {
  /// Finds the control; what is remembered goes there, and without a memory the card's own loudness stands.
  func connectMixer(of card: String) async {
    guard let choice = config.mixer.value else { return }
    let link: MixerLink
    let found: MixerLink.Found
    do throws(SystemError) {
      link = try MixerLink()
      found = try await link.open(card, wanted: choice.name, thread: "mixer-\(context.id)")
    } catch {
      return context.log.warning("loudness is set in software", ("reason", "\(error)"))
    }
    switch found {
    case .control(let name, let current, let hasSwitch):
      context.log.info("loudness is set on the card", ("control", name))
      mixer = (link, hasSwitch)
      if let volume { link.set(volume) } else { volume = current }
      Task { [weak self] in
        for await news in link.news { await self?.hear(news, from: link) }
      }
    case .nothing(let known):
      if let name = choice.name {
        let names = known.isEmpty ? "none" : known.joined(separator: ", ")
        context.log.warning(
          "the card has no such control, loudness is set in software", ("control", name), ("there are", names))
      }
    }
  }

  func disconnectMixer() async {
    guard let link = mixer?.link else { return }
    mixer = nil
    await link.stop()
  }

  private func hear(_ news: MixerLink.News, from link: MixerLink) async {
    guard let current = mixer, current.link === link else { return }
    switch news {
    case .moved(var new):
      if !current.hasSwitch { new.isMuted = volume?.isMuted ?? false }
      await take(new)
    case .lost:
      context.log.warning("the card's volume control is gone, loudness is set in software")
      mixer = nil
      applyLoudness()
    }
  }
}
