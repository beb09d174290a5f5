/// The node types every router has, without a plugin of their own.
public enum BuiltinNodes: Plugin {
  public static func register(with registrar: inout Registrar) throws(RegistrationError) {
    try registrar.add(Tone.self)
    try registrar.add(Gain.self)
    try registrar.add(Mixer.self)
    try registrar.add(Resample.self)
    try registrar.add(Delay.self)
    try registrar.add(Meter.self)
    try registrar.add(Null.self)
    try registrar.add(EventLog.self)
    try registrar.add(LevelsEvent.self)
    try registrar.add(ServiceEvent.self)
    try registrar.add(MetadataEvent.self)
    try registrar.add(TransportEvent.self)
    try registrar.add(VolumeEvent.self)
    try registrar.add(ControlEvent.self)
    try registrar.add(FileEvent.self)
    try registrar.add(PressEvent.self)
    try registrar.add(PlaybackEvent.self)
    try registrar.add(EndedEvent.self)
    try registrar.add(LedsEvent.self)
    try registrar.add(PanelStatusEvent.self)
  }
}
