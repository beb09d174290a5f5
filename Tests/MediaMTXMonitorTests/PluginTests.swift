import MediaMTXMonitor
import RouterCore
import Testing

@Suite struct PluginTests {
  @Test func `the plugin registers beside the nodes every router has`() throws {
    var registrar = Registrar()
    try BuiltinNodes.register(with: &registrar)
    try MediaMTXMonitorPlugin.register(with: &registrar)
    #expect(registrar.type("event.log") != nil)
  }
}
