"""What an open page costs the router and the browser: with a hundred nodes, a hundred cables, twenty-five streams."""

import os
import re
import time

from graph_page import Mouse, opened, wait
from router import ROOT, eventually

SOURCE, PAGE = 150_000, 50_000
TICKS = os.sysconf("SC_CLK_TCK")


def hundred() -> dict:
    nodes, links = {}, []
    for number in range(25):
        nodes |= {
            f"tone-{number}": {"type": "tone", "waveform": "sweep", "levelDb": -6 - number},
            f"gain-{number}": {"type": "gain", "gainDb": -1},
            f"level-{number}": {"type": "meter", "intervalMs": 1000},
            f"out-{number}": {"type": "null"},
        }
        links += [f"tone-{number} -> gain-{number} -> level-{number} -> out-{number}",
                  f"level-{number}.levels -> out-{number}.events"]
    return {"nodes": nodes, "links": links}


def processor_seconds(pid) -> float:
    """What a process has used of the processors so far."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def used(router, seconds) -> float:
    """Part of one core the router uses."""
    begin, before = time.monotonic(), processor_seconds(router.pid)
    time.sleep(seconds)
    return (processor_seconds(router.pid) - before) / (time.monotonic() - begin)


def test_the_whole_page_is_small_and_comes_from_here(start):
    router = start({"nodes": {}, "links": []})
    status, index, fields = router.get("/")
    assert status == 200 and "script-src 'self'" in fields["Content-Security-Policy"]
    found, todo, size = set(), set(re.findall(r'(?:href|src)="/dashboard/([^"]+)"', index)), len(index.encode())
    while todo:
        name = todo.pop()
        status, text, fields = router.get(f"/dashboard/{name}")
        assert status == 200, name
        found.add(name)
        size += len(text.encode())
        assert router.get(f"/dashboard/{name}", {"If-None-Match": fields["ETag"]})[0] == 304
        todo |= set(re.findall(r'from ?"\./([^"]+)"', text)) - found
    parts = {file.name for file in (ROOT / "Sources/router/Dashboard/Page").iterdir()} - {"index.html"}
    assert found == parts
    print(f"the page has {size} bytes")
    assert size < SOURCE, size


def test_an_open_page_costs_little(start, chromium):
    router = start(hundred())
    eventually(lambda: len(router.streams()) == 25, 20)
    alone = used(router, 8)
    with opened(chromium, router) as page:
        wait(page, "dashboard.model.nodes.size === 100 && dashboard.model.streams.length === 25")
        session = page.context.new_cdp_session(page)
        received = []
        session.on("Network.dataReceived", lambda event: received.append(event["dataLength"]))
        session.send("Network.enable")
        page.wait_for_timeout(1500)
        received.clear()
        begin, before = time.monotonic(), processor_seconds(router.pid)
        page.wait_for_timeout(10_000)
        seconds = time.monotonic() - begin
        cost = (processor_seconds(router.pid) - before) / seconds - alone
        rate = sum(received) / seconds
        print(f"an open page: {rate / 1000:.1f} kB/s, {100 * cost:.2f} % of a core; the graph alone {100 * alone:.1f} %")
        assert 1_000 < rate < PAGE
        assert cost < 0.02
        # Nobody looks: nothing is sent.
        page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
                      "document.dispatchEvent(new Event('visibilitychange'))")
        assert page.evaluate("dashboard.live.source") is None
        page.wait_for_timeout(500)
        received.clear()
        page.wait_for_timeout(2_000)
        assert sum(received) == 0
        page.evaluate("Object.defineProperty(document, 'hidden', {value: false});"
                      "document.dispatchEvent(new Event('visibilitychange'))")
        eventually(lambda: (page.wait_for_timeout(100), received)[1], 10, "data again")


def test_a_hundred_nodes_stay_fluid(start, chromium):
    router = start(hundred())
    with opened(chromium, router) as page:
        wait(page, "dashboard.model.streams.length === 25")
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def busy():
            found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
            return {name: found[name] for name in ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")}

        def spent(seconds, act):
            before, begin = busy(), time.monotonic()
            frames = act(seconds)
            elapsed = time.monotonic() - begin
            return {name: (value - before[name]) / elapsed for name, value in busy().items()}, frames

        idle, _ = spent(5, lambda seconds: page.wait_for_timeout(seconds * 1000))
        print("looking at it, part of a core:", {name: round(value, 3) for name, value in idle.items()})
        # What the script does per level, ten times a second, leaves room for everything else.
        assert idle["ScriptDuration"] < 0.1 and idle["LayoutDuration"] < 0.02, idle
        Mouse(page, router).fit()
        box = page.locator('.card[data-node="gain-3"] .name').bounding_box()
        page.mouse.move(box["x"] + 5, box["y"] + 3)
        page.mouse.down()
        page.evaluate("""() => {
          globalThis.frames = [];
          let last = performance.now();
          const count = now => {frames.push(now - last); last = now; requestAnimationFrame(count)};
          requestAnimationFrame(count);
        }""")

        def drag(seconds):
            end, step = time.monotonic() + seconds, 0
            while time.monotonic() < end:
                step += 1
                page.mouse.move(box["x"] + step % 90, box["y"] + step % 60)
            return step

        dragged, moves = spent(4, drag)
        page.mouse.up()
        frames = sorted(page.evaluate("frames"))
        work = 1000 * dragged["TaskDuration"] * 4 / len(frames)
        print(f"dragging: {len(frames) / 4:.0f} frames/s, median {frames[len(frames) // 2]:.1f} ms, "
              f"95 % within {frames[len(frames) * 95 // 100]:.1f} ms, {moves / 4:.0f} moves/s, "
              f"{work:.1f} ms of work a frame", {name: round(value, 3) for name, value in dragged.items()})
        # Counted in processor time, so that a busy machine does not matter.
        assert work < 16.7, dragged
