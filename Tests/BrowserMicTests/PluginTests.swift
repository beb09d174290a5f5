import BrowserMic
import RouterCore
import Testing

@Suite struct BrowserMicPluginTests {
  @Test func `the plugin registers beside the nodes every router has`() throws {
    var registrar = Registrar()
    try BuiltinNodes.register(with: &registrar)
    try BrowserMicPlugin.register(with: &registrar)
    #expect(registrar.type("event.log") != nil)
  }
}
