public import RouterCore

/// What MediaMTX servers carry, and where any event of the graph goes: Redis, files, web hooks.
public enum MediaMTXMonitorPlugin: Plugin {
  public static func register(with registrar: inout Registrar) throws(RegistrationError) {
    try registrar.add(MediaPoller.self)
    try registrar.add(MediaAggregator.self)
    try registrar.add(MediaAPI.self)
    try registrar.add(JSONFile.self)
    try registrar.add(RedisSink.self)
    try registrar.add(WebHookSink.self)
    try registrar.add(HostMetrics.self)
    try registrar.add(MediaAlerts.self)
    try registrar.add(HostEvent.self)
    try registrar.add(AlertEvent.self)
    try registrar.add(AlertsEvent.self)
    try registrar.add(SnapshotEvent.self)
    try registrar.add(StreamsEvent.self)
    try registrar.add(StreamChangeEvent.self)
    try registrar.add(MediaServerEvent.self)
  }
}
