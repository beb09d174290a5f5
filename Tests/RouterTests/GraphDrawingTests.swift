import RouterCore
import Testing

@testable import router

@Suite struct GraphDrawingTests {
  let drawing = GraphDrawing(
    nodes: [.init(id: "phone", type: "ariacast.receiver", label: "Anna's \"phone\""), .init(id: "mdns", type: "m")],
    links: [
      PlannedLink(
        from: PortReference(node: "phone", port: "service"), to: PortReference(node: "mdns", port: "service"),
        kind: .event)
    ])

  @Test func `text lists nodes with what they feed`() {
    #expect(
      drawing.text(as: .text) == """
        phone  ariacast.receiver
               .service -> mdns.service
        mdns   m
        """)
  }

  @Test func `event links are dashed in both drawing languages, and labels cannot end a string`() {
    #expect(drawing.text(as: .dot).contains("style=dashed"))
    #expect(drawing.text(as: .dot).contains(#"label="Anna's 'phone'\nariacast.receiver""#))
    #expect(drawing.text(as: .mermaid).contains("n0 -. service .-> n1"))
  }

  @Test func `JSON names links as the API does`() {
    #expect(drawing.text(as: .json).contains("\"phone.service->mdns.service\""))
  }
}
