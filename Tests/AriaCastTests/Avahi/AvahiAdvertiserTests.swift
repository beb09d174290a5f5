import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct AvahiAdvertiserTests {
  typealias Connected = Result<any ServicePublisher, AvahiProblem>

  static func node(_ host: FakeHost, connect: @escaping AvahiAdvertiserNode.Connect) -> AvahiAdvertiserNode {
    AvahiAdvertiserNode(host.context, rename: AvahiName.alternative, connect: connect)
  }

  static func event(
    _ name: String = "Kitchen", cell: ServiceName? = nil, isWithdrawn: Bool = false, source: String = "phone.service"
  ) -> Event {
    let service = ServiceRecord.event(name: ReceiverName(name), port: 12_889, nameInForce: cell)
    return Event(source: source, payload: service, isWithdrawn: isWithdrawn)
  }

  /// Runs the node until its publisher's events end.
  static func live(_ node: AvahiAdvertiserNode, then: () async -> Void) async throws {
    try await node.prepare()
    try await node.run()
    await then()
    await node.stop()
  }

  @Test func `a service that was offered before Avahi was there is published, and taken back at the stop`() async throws
  {
    let host = try FakeHost(node: "mdns")
    let publisher = FakePublisher(endsAfter: 1)
    let node = Self.node(host) { .success(publisher) }
    await node.receive(Self.event(), on: "service")
    #expect(publisher.published.isEmpty)
    try await Self.live(node) {
      #expect(publisher.names == ["Kitchen"])
      #expect(publisher.published.first?.port == 12_889)
      #expect(publisher.published.first?.txt.first == Array("version=1.0".utf8))
      #expect(publisher.published.first?.txt.count == 6)
    }
    #expect(publisher.isClosed)
    await host.stop()
  }

  @Test func `a withdrawn service is removed`() async throws {
    let host = try FakeHost(node: "mdns")
    let publisher = FakePublisher(endsAfter: 2)
    let node = Self.node(host) { .success(publisher) }
    await node.receive(Self.event(), on: "service")
    await node.receive(Self.event("Bath", source: "bath.service"), on: "service")
    try await Self.live(node) {
      await node.receive(Self.event(isWithdrawn: true), on: "service")
      #expect(publisher.names == ["Bath"])
    }
    await host.stop()
  }

  @Test func `who offers a service learns the name it got, until it withdraws`() async throws {
    let host = try FakeHost(node: "mdns")
    let publisher = FakePublisher(taken: ["Kitchen", "Kitchen #2"], endsAfter: 1)
    let node = Self.node(host) { .success(publisher) }
    let cell = ServiceName("Kitchen")
    await node.receive(Self.event(cell: cell), on: "service")
    #expect(cell.current == "Kitchen")
    try await Self.live(node) {
      #expect(cell.current == "Kitchen #3")
      #expect(publisher.published.first?.txt.contains(Array("name=Kitchen #3".utf8)) == true)
    }
    #expect(cell.current == "Kitchen #3")
    #expect(host.context.metrics.counter("router_mdns_renames_total", "").current == 2)
    await node.receive(Self.event(cell: cell, isWithdrawn: true), on: "service")
    #expect(cell.current == "Kitchen")
    await host.stop()
  }

  @Test func `without Avahi the node waits with words and a way out`() async throws {
    let host = try FakeHost(node: "mdns")
    let node = Self.node(host) { .failure(AvahiProblem(code: -26)) }
    let failure = await #expect(throws: NodeFailure.self) { try await node.prepare() }
    #expect(failure?.kind == .missing)
    #expect(failure?.reason == "no connection to the Avahi daemon: Daemon not running")
    #expect(failure?.hint?.contains("avahi-daemon") == true)
    await host.stop()
  }

  @Test func `a daemon that goes is reported, and its successor gets everything again`() async throws {
    let host = try FakeHost(node: "mdns")
    let (first, second) = (FakePublisher(), FakePublisher(endsAfter: 1))
    let turn = PthreadLock(0)
    let node = Self.node(host) {
      .success(
        turn.withLock { turn in
          turn += 1
          return turn
        } == 1 ? first : second)
    }
    await node.receive(Self.event(), on: "service")
    try await node.prepare()
    first.say(.lost(.gone))
    let failure = await #expect(throws: NodeFailure.self) { try await node.run() }
    #expect(failure?.kind == .missing)
    #expect(failure?.reason.contains("gone") == true)
    await node.stop()
    #expect(first.isClosed)
    try await Self.live(node) { #expect(second.names == ["Kitchen"]) }
    await host.stop()
  }

  @Test(arguments: [(-50, NodeFailure.Kind.blocked), (-22, .missing)])
  func `a daemon that refuses its work ends the run`(code: Int, kind: NodeFailure.Kind) async throws {
    let host = try FakeHost(node: "mdns")
    let publisher = FakePublisher()
    publisher.refusal = AvahiProblem(code: Int32(code))
    let node = Self.node(host) { .success(publisher) }
    await node.receive(Self.event(), on: "service")
    try await node.prepare()
    let failure = await #expect(throws: NodeFailure.self) { try await node.run() }
    #expect(failure?.kind == kind)
    await node.stop()
    await host.stop()
  }

  @Test func `a daemon that does not answer holds nobody up`() async throws {
    let host = try FakeHost(node: "mdns")
    let publisher = FakePublisher()
    let release = OneShot<Connected>()
    let slow = NodeContext.waiting(host.context, for: release)
    let node = AvahiAdvertiserNode(slow, rename: { $0 }, connect: { .success(publisher) })
    let first = Task { () -> NodeFailure? in
      do throws(NodeFailure) { try await node.prepare() } catch { return error }
      return nil
    }
    await host.time.waitForSleepers(1)
    host.time.advance(by: AvahiAdvertiserNode.patience)
    #expect(await first.value == .silentAvahi)
    release.fulfil(.success(publisher))
    try await node.prepare()
    await node.stop()
    #expect(publisher.isClosed)
    await host.stop()
  }

  @Test func `alternative names are Avahi's, within 63 bytes`() {
    #expect(AvahiName.alternative(to: "Kitchen") == "Kitchen #2")
    #expect(AvahiName.alternative(to: "Kitchen #2") == "Kitchen #3")
    let long = String(repeating: "ü", count: 31)
    let next = AvahiName.alternative(to: long)
    #expect(next.hasSuffix(" #2") && next.utf8.count <= 63)
    #expect(ReceiverName(next).text == next)
  }
}

extension NodeContext {
  /// The same surroundings, in which the first blocking call is not done before `gate` is open.
  fileprivate static func waiting(
    _ context: NodeContext, for gate: OneShot<AvahiAdvertiserTests.Connected>
  ) -> NodeContext {
    NodeContext(
      id: context.id, label: context.label, log: context.log, metrics: context.metrics, time: context.time,
      loop: context.loop, blocking: GatedCalls(gate: gate), web: context.web, http: context.http,
      sockets: context.sockets, byteStreams: context.byteStreams, datagrams: context.datagrams, folder: context.folder,
      store: context.store,
      graph: context.graph)
  }
}

private struct GatedCalls: BlockingCalls {
  let gate: OneShot<AvahiAdvertiserTests.Connected>
  func run<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
    _ = await gate.value
    return body()
  }
}
