"""Random changes of a graph, and what each must lead to: a model that knows nothing of the router but its manual."""

import copy
import random
from dataclasses import dataclass, field

from admin_client import quoted
from documents_used import listening, receiver

# Never touched: the ramp runs here. "busy" is the receiver in the middle of what changes.
UNTOUCHED = ("phone", "web")
FIXED = (*UNTOUCHED, "busy")
AUDIO_SOURCES = ("busy", "tone", "gain", "meter", "delay", "resample", "mixer")
AUDIO_SINKS = ("gain", "meter", "delay", "resample", "mixer", "mp3.encoder", "null", "http.stream")
NODES_AT_MOST, LINKS_AT_MOST = 14, 24


@dataclass
class Graph:
    """Nodes and links as they are to be; a link is "a.port -> b.port"."""

    nodes: dict = field(default_factory=dict)
    links: list = field(default_factory=list)

    def copy(self) -> "Graph":
        return copy.deepcopy(self)

    def document(self) -> dict:
        return {
            "version": 1, "admin": {"listen": "127.0.0.1:0"}, "nodes": self.nodes,
            "links": [link.replace("->", " -> ") for link in self.links]}

    def movable(self) -> list[str]:
        return [name for name in self.nodes if name not in FIXED]

    def kind(self, name: str) -> str:
        return "busy" if name == "busy" else self.nodes[name]["type"]

    def remove(self, name: str):
        del self.nodes[name]
        self.links = [link for link in self.links if name not in ends(link)]

    def state(self, name: str) -> str:
        node = self.nodes[name]
        if node.get("disabled"):
            return "disabled"
        return "waiting" if node["type"] == "alsa.sink" and node["device"].startswith("nosuch") else "running"

    def difference(self, shown: dict) -> list[str]:
        """What GET /graph shows otherwise."""
        nodes = {node["id"]: node["config"] for node in shown["nodes"]}
        found = [f"node {name}: {nodes.get(name)} instead of {self.nodes.get(name)}"
                 for name in sorted(nodes.keys() | self.nodes.keys()) if nodes.get(name) != self.nodes.get(name)]
        links = [link["id"] for link in shown["links"]]
        if sorted(links) != sorted(self.links):
            found.append(f"links {sorted(links)} instead of {sorted(self.links)}")
        found += [f"{node['id']} is {node['state']} ({node.get('reason')}) instead of {self.state(node['id'])}"
                  for node in shown["nodes"] if node["id"] in self.nodes and node["state"] != self.state(node["id"])]
        if shown["document"].get("nodes") != self.nodes:
            found.append("the document shown has other nodes")
        return found


def ends(link: str) -> tuple[str, str]:
    first, second = link.split("->")
    return first.split(".")[0], second.split(".")[0]


def first_graph() -> Graph:
    return Graph(
        {"phone": receiver("Untouched"), "web": listening("http.stream"), "busy": receiver("Busy")},
        ["phone.audio->web.audio"])


@dataclass
class Step:
    """One transaction: what is asked, the statuses that are right, the graph afterwards (None: as before)."""

    name: str
    method: str
    path: str
    body: dict | str | None
    statuses: tuple[int, ...] = (200,)
    after: Graph | None = None
    # "now", "*", "old" or None
    match: str | None = None
    # Node that a refusal must name.
    culprit: str | None = None


class Storm:
    """Makes steps out of a seed. `taken` is a port that a foreign process holds, `stale` a tag of long ago."""

    def __init__(self, seed: int, taken: int):
        self.chance = random.Random(seed)
        self.taken = taken
        self.graph = first_graph()
        self.past: list[Graph] = []
        self.future: list[Graph] = []
        self.number = 0

    def accepted(self, step: Step):
        """The router took it: it is the graph from now on."""
        if step.name == "undo":
            self.future.append(self.graph)
            self.graph = self.past.pop()
        elif step.name == "redo":
            self.past.append(self.graph)
            self.graph = self.future.pop()
        elif step.after is not None:
            self.past = [*self.past[-48:], self.graph]
            self.future = []
            self.graph = step.after

    def step(self) -> Step:
        roll = self.chance.random()
        if roll < 0.18:
            return self.wrong()
        if roll < 0.30:
            return self.failing()
        if roll < 0.36 and self.past:
            return Step("undo", "POST", "graph/undo", None, after=self.past[-1])
        if roll < 0.40 and self.future:
            return Step("redo", "POST", "graph/redo", None, after=self.future[-1])
        if roll < 0.60:
            return self.many()
        return self.one()

    # Right ones

    def one(self) -> Step:
        """One node or one link through its own address."""
        graph = self.graph.copy()
        makers = [self.put_node, self.patch_node, self.delete_node, self.post_link, self.post_link, self.delete_link]
        for make in self.chance.sample(makers, len(makers)):
            step = make(graph)
            if step:
                return step
        return self.many()

    def put_node(self, graph: Graph) -> Step | None:
        known = graph.movable()
        if known and (len(known) >= NODES_AT_MOST or self.chance.random() < 0.4):
            # Links that no longer fit would be refused, so the kind stays alike.
            name = self.chance.choice(known)
            node = self.alike(graph.nodes[name])
        else:
            name, node = self.fresh()
        if graph.nodes.get(name) == node:
            return None
        graph.nodes[name] = node
        return Step("put node", "PUT", f"nodes/{name}{self.fade()}", node, after=graph)

    def patch_node(self, graph: Graph) -> Step | None:
        known = graph.movable() + ["busy"]
        name = self.chance.choice(known)
        node = graph.nodes[name]
        patches = [{"label": f"label {self.chance.randrange(100)}"}]
        if node["type"] == "gain":
            patches += [{"gainDb": self.chance.randrange(-40, 10)}, {"mute": self.chance.random() < 0.5}]
        if name != "busy":
            patches.append({"disabled": not node.get("disabled", False)})
        patch = self.chance.choice(patches)
        if all(node.get(key) == value for key, value in patch.items()):
            return None
        node.update(patch)
        return Step("patch node", "PATCH", f"nodes/{name}{self.fade()}", patch, after=graph)

    def delete_node(self, graph: Graph) -> Step | None:
        if len(graph.movable()) < 3:
            return None
        name = self.chance.choice(graph.movable())
        graph.remove(name)
        return Step("delete node", "DELETE", f"nodes/{name}{self.fade()}", None, after=graph)

    def post_link(self, graph: Graph) -> Step | None:
        link = self.fresh_link(graph)
        if not link:
            return None
        graph.links.append(link)
        origin, target = link.split("->")
        return Step("post link", "POST", f"links{self.fade()}", {"from": origin, "to": target}, after=graph)

    def delete_link(self, graph: Graph) -> Step | None:
        links = [link for link in graph.links if "web" not in ends(link)]
        if not links:
            return None
        link = self.chance.choice(links)
        graph.links.remove(link)
        return Step("delete link", "DELETE", f"links/{quoted(link)}{self.fade()}", None, after=graph)

    def many(self) -> Step:
        """Many edits as one transaction."""
        graph = self.graph.copy()
        for _ in range(self.chance.randint(1, 6)):
            self.edit(graph)
        if graph == self.graph:
            graph.nodes[self.fresh_name()] = {"type": "null"}
        return Step("put graph", "PUT", f"graph{self.fade()}", graph.document(), after=graph, match="now")

    def edit(self, graph: Graph):
        known = graph.movable()
        roll = self.chance.random()
        if roll < 0.35 and len(known) < NODES_AT_MOST:
            name, node = self.fresh()
            graph.nodes[name] = node
        elif roll < 0.65:
            link = self.fresh_link(graph)
            if link:
                graph.links.append(link)
        elif roll < 0.72 and known:
            graph.remove(self.chance.choice(known))
        elif roll < 0.82 and known:
            self.rename(graph, self.chance.choice(known))
        elif roll < 0.92 and known:
            name = self.chance.choice(known)
            graph.nodes[name] = self.alike(graph.nodes[name])
        elif any("web" not in ends(link) for link in graph.links):
            graph.links.remove(self.chance.choice([link for link in graph.links if "web" not in ends(link)]))

    def rename(self, graph: Graph, old: str):
        """The number stays, and with it the order that keeps links from going round."""
        new = ("m" if old[0] == "n" else "n") + old[1:]
        if new in graph.nodes:
            return
        graph.nodes[new] = graph.nodes.pop(old)
        graph.links = [
            "->".join(new + port[len(old):] if port.split(".")[0] == old else port for port in link.split("->"))
            for link in graph.links]

    # What they are made of

    def fade(self) -> str:
        return self.chance.choice(["", "?crossfadeMs=0", "?crossfadeMs=5", "?crossfadeMs=20"])

    def fresh_name(self) -> str:
        self.number += 1
        return f"n{self.number}"

    def fresh(self) -> tuple[str, dict]:
        """A name, and a node that claims nothing another one has."""
        name, chance = self.fresh_name(), self.chance
        return name, chance.choice([
            lambda: {"type": "gain", "gainDb": chance.randrange(-40, 10)},
            lambda: {"type": "meter"},
            lambda: {"type": "delay", "delayMs": chance.choice([0, 7, 100])},
            lambda: {"type": "resample", "sampleRate": chance.choice([16_000, 44_100, 48_000])},
            lambda: {"type": "mixer"},
            lambda: {"type": "mp3.encoder"},
            lambda: {"type": "tone", "frequencyHz": chance.randrange(100, 2_000)},
            lambda: {"type": "null"},
            lambda: {"type": "event.log", "level": "debug"},
            lambda: listening("http.stream", path=f"/{name}.wav"),
            lambda: {"type": "alsa.sink", "device": f"nosuch-{name}"},
        ])()

    def alike(self, node: dict) -> dict:
        """Another node that fits the same links."""
        if node["type"] in ("gain", "meter", "delay", "resample") and "disabled" not in node:
            if node["type"] != "meter":
                return self.chance.choice([
                    {"type": "gain"}, {"type": "delay", "delayMs": self.chance.choice([0, 3])},
                    {"type": "resample", "sampleRate": 48_000}])
        return node | {"label": f"again {self.chance.randrange(100)}"}

    def fresh_link(self, graph: Graph) -> str | None:
        if len(graph.links) >= LINKS_AT_MOST:
            return None
        names = ["busy", *graph.movable()]
        for _ in range(20):
            a, b = self.chance.choice(names), self.chance.choice(names)
            link = self.link(graph, a, b)
            if link and link not in graph.links:
                return link
        return None

    def link(self, graph: Graph, a: str, b: str) -> str | None:
        if b == "busy" or (a != "busy" and int(a[1:]) >= int(b[1:])):
            return None
        first, second = graph.kind(a), graph.kind(b)
        if first == "meter" and second == "event.log":
            return f"{a}.levels->{b}.events"
        if first == "mp3.encoder":
            return f"{a}.audio->{b}.audio" if second == "null" else None
        # One stage a sound card that is not there: the sink waits, and the stream passes it by.
        fits = first in AUDIO_SOURCES and (second in AUDIO_SINKS or second == "alsa.sink")
        return f"{a}.audio->{b}.audio" if fits else None

    # Wrong ones: the document says nonsense, or is not for this revision

    def wrong(self) -> Step:
        graph = self.graph.copy()
        name = self.fresh_name()
        refused = (422,)
        whole = graph.document()
        loud, late = {"type": "gain", "gainDb": 999}, {"type": "delay", "delayMs": "x"}
        return self.chance.choice([
            lambda: Step("no such type", "PUT", f"nodes/{name}", {"type": "gian"}, refused, culprit=name),
            lambda: Step("no such option", "PUT", f"nodes/{name}", {"type": "gain", "gain": 1}, refused, culprit=name),
            lambda: Step("out of range", "PUT", f"nodes/{name}", loud, refused, culprit=name),
            lambda: Step("wrong kind", "PUT", f"nodes/{name}", late, refused, culprit=name),
            lambda: Step("wrong name", "PUT", f"nodes/{name.upper()}", {"type": "gain"}, refused),
            lambda: Step("link to nowhere", "POST", "links", {"from": "busy", "to": name}, refused),
            lambda: Step("link again", "POST", "links", {"from": "phone.audio", "to": "web.audio"}, refused),
            lambda: Step("no such port", "POST", "links", {"from": "busy.adio", "to": "web"}, refused),
            lambda: Step("does not fit", "POST", "links", {"from": "web", "to": "busy"}, refused),
            lambda: Step("a circle", "PUT", "graph", graph.document() | {
                "nodes": graph.nodes | {name: {"type": "gain"}, "c": {"type": "gain"}},
                "links": [f"{name} -> c", f"c -> {name}"]}, refused, match="now"),
            lambda: Step("one port twice", "PUT", "graph", whole | {"nodes": graph.nodes | {
                name: {"type": "http.stream", "listen": "127.0.0.1:9"},
                "c": {"type": "http.stream", "listen": "127.0.0.1:9"}}}, refused, match="now"),
            lambda: Step("no such key", "PUT", "graph", whole | {"nodse": {}}, refused, match="now"),
            lambda: Step("not JSON", "PUT", "graph", '{"nodes": {"a" 1}}', (400,), match="now"),
            lambda: Step("cut off", "PATCH", "graph", '{"nodes": {', (400,), match="now"),
            lambda: Step("stale", "PUT", "graph", whole | {"nodes": {}, "links": []}, (412,), match="old"),
            lambda: Step("stale node", "PATCH", "nodes/busy", {"label": "x"}, (412,), match="old"),
            lambda: Step("no revision", "PUT", "graph", whole | {"nodes": {}, "links": []}, (428,)),
            lambda: Step("nobody there", "DELETE", f"nodes/{name}", None, (404,)),
            lambda: Step("no link there", "DELETE", "links/" + quoted(f"busy.audio->{name}.audio"), None, (404,)),
        ])()

    # Failing ones: the document is right, the start is not

    def failing(self) -> Step:
        """Something new that cannot start, alone or in the middle of edits that could."""
        graph = self.graph.copy()
        alone = self.chance.random() < 0.4
        for _ in range(0 if alone else self.chance.randint(1, 5)):
            self.edit(graph)
        name = self.fresh_name()
        graph.nodes[name] = self.chance.choice([
            listening("http.stream", listen=f"127.0.0.1:{self.taken}"),
            receiver("Taken", listen=f"127.0.0.1:{self.taken}"),
            listening("http.stream", tls={"cert": "no/such/folder/cert.pem", "key": "no/such/folder/key.pem"}),
        ])
        if alone:
            return Step("cannot start", "PUT", f"nodes/{name}", graph.nodes[name], (422,), culprit=name)
        if graph.kind(name) == "http.stream":
            graph.links.append(f"busy.audio->{name}.audio")
        return Step("cannot start among others", "PUT", "graph", graph.document(), (422,), match="now", culprit=name)
