public import RouterCore

/// The nodes of an AriaCast speaker: what receives a sender's sound, and what makes it audible.
public enum AriaCastPlugin: Plugin {
  public static func register(with registrar: inout Registrar) throws(RegistrationError) {
    try registrar.add(AriacastReceiver.self)
    try registrar.add(HTTPStream.self)
    try registrar.add(MP3Encoder.self)
    try registrar.add(AlsaSink.self)
    try registrar.add(AriacastDashboard.self)
    try registrar.add(AlsaSource.self)
    try registrar.add(AvahiAdvertiser.self)
    try registrar.add(SpeakerCast.self)
  }
}
