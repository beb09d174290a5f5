"""What was measured, as the tables of docs/benchmarks.md."""

import os
import platform
import subprocess
import time
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def machine() -> str:
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    return f"{os.cpu_count()} cores ({model}), Linux {platform.release()}, {swift}, {time.strftime('%Y-%m-%d')}."


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]]


def each(found: dict) -> list[str]:
    rows = []
    for index, ours in enumerate(found["router"]):
        row = [str(ours["senders"])]
        for name in found:
            point = found[name][index]
            late = "" if point["good"] else f" (late: {point['latest']:.0f} ms)"
            late += " (generator late)" if point["busy"] else ""
            row.append(f"{point['cpu'] / point['senders']:.3f} %{late}")
        for name in list(found)[1:]:
            row.append(f"{found[name][index]['cpu'] / max(ours['cpu'], 1e-9):.1f}")
        row.append(f"{ours['p50']:.2f} / {ours['p999']:.2f} / {ours['latest']:.2f}")
        rows.append(row)
    names = list(found)
    head = ["senders"] + [f"{name}: core per sender" for name in names]
    return table(head + [f"{name} : router" for name in names[1:]] + ["router: p50 / p99.9 / latest, ms"], rows)


def most(found: dict) -> list[str]:
    rows = []
    for name, points in found["most"].items():
        tried = [point for point in found["each"][name] + points]
        good = [point for point in tried if point["good"]]
        best = good[-1] if good else None
        bad = next((point for point in tried if not point["good"]), None)
        end = "not reached" if bad is None else (
            f"{bad['senders']}: {bad['lost']} lost, latest {bad['latest']:.0f} ms"
            + (", the generator's own limit" if bad["busy"] else ""))
        rows.append([name, str(best["senders"]) if best else "–", f"{best['cpu']:.0f} %" if best else "–", end])
    return table(["server", "most senders, none later than 100 ms", "core used", "the step where it ended"], rows)


def listening(found: dict) -> list[str]:
    rows = []
    for name, points in found.items():
        for point in points:
            said = "nothing lost" if point["good"] else (
                f"{point['closed']} closed, {point['breaks']} breaks, least {100 * point['least']:.0f} %")
            rows.append([
                name, str(point["listeners"]), f"{point['cpu']:.0f} %", f"{point['gap']:.0f} ms",
                f"{point['generator']:.0f} ms", said])
    return table(["server", "listeners", "CPU (100 % is a core)", "longest gap", "reader late by", "result"], rows)


def rewiring(found: dict) -> list[str]:
    edits = {
        "none": "nothing", "beside": "a link elsewhere, made and undone", "link": "a node put in and taken out",
        "node": "a node made, put in, taken out, ended",
    }
    names = {"saved": "router", "unsaved": "router, not saving"}
    rows = []
    for server, kinds in found.items():
        for kind, point in kinds.items():
            what, _, order = kind.partition(", ")
            name = names.get(server, f"JACK2, {order}" if what in ("link", "node") else "JACK2")
            times = ["–", "–"]
            if point["edits"]:
                times = [milliseconds(point.get("outside", point)), milliseconds(point.get("inside"))]
            rows.append([
                edits[what], name, str(point["edits"]), *times, str(point["heard"]),
                *(str(point[fault]) for fault in ("lost", "repeated", "silent", "wrong"))])
    rows.sort(key=lambda row: list(edits.values()).index(row[0]))
    return table(
        ["edit", "server", "edits", "time, ms: p50 / p99 / longest", "inside, ms", "frames heard", "lost", "repeated",
         "silent", "wrong"], rows)


def decoding(found: dict) -> list[str]:
    names = list(next(iter(found.values())))
    rows = [[sound, *(f"{speeds[name]:.0f}" for name in names)] for sound, speeds in found.items()]
    return table(["sound, millions of samples a second", *names], rows)


def recording(found: dict) -> list[str]:
    names, rows = list(found), []
    for index, point in enumerate(found[names[0]]):
        row = [str(point["streams"])]
        for name in names:
            other = found[name][index]
            bad = "" if other["good"] else ", frames lost"
            row.append(f"{other['cpu'] / other['streams']:.3f} % ({other['cpu']:.0f} % in all{bad})")
        row.append(f"{found[names[1]][index]['cpu'] / max(point['cpu'], 1e-9):.1f}")
        rows.append(row)
    return table(["streams", *(f"{name}: core per stream" for name in names), "ratio"], rows)


def pressing(found: dict) -> list[str]:
    names = {"C": "the machine itself"}
    rows = [
        [names.get(name, name), until, *(f"{times[key][at]:.2f}" for at in ("p50", "p99", "p999", "max"))]
        for name, times in found.items()
        for key, until in (("sent", "in the last browser's socket"), ("read", "read by all fifty, in one program"))
    ]
    return table(["server", "until it is", "p50, ms", "p99", "p99.9", "longest"], rows)


def milliseconds(times: dict | None) -> str:
    return "–" if times is None else " / ".join(f"{times[name]:.1f}" for name in ("p50", "p99", "longest"))


def collecting(points: list[dict]) -> list[str]:
    def cells(name: str, one: dict) -> list[str]:
        return [name, f"{one['cpu']:.2f} %", f"{one['late']:.0f} ms", f"{one['memory']:.0f} MiB"]

    return table(["streams, a look every 2 s", "CPU of a core", "answer to Redis, median", "memory"], [
        cells(f"{point['paths']}: {name}", point[key])
        for point in points for name, key in [("router", "router"), ("Python (requests, redis)", "python")]])


def rewrite(found: dict, seconds: float):
    start, hop = found["start"], found["hop"]
    lines = [
        "", machine(), f"Each point {seconds:.0f} s.", "", "### CPU per sender", "", *each(found["senders"]["each"]), "",
        "### Senders per core", "", *most(found["senders"]), "", "### Listeners per machine", "",
        *listening(found["listeners"]), "", "### Start, rest and hop", "",
        *table(["what", "measured"], [
            ["start to ready, three nodes, median of 20", f"{start['ready']:.0f} ms (worst {start['readyWorst']:.0f} ms)"],
            *([f"at rest, {start[name]['nodes']} nodes ({what})",
               f"{start[name]['memory']:.1f} MiB resident, {start[name]['cpu']:.2f} % of a core"]
              for name, what in (("idle", "a speaker in browsers"), ("shipped", "the shipped document"))),
            ["hop from one stage to the next", f"{hop['hopNs']:.1f} ns"],
            ["push into a path of one stage", f"{hop['pushNs']:.1f} ns"],
        ]), "", "### Changing the graph", "", *rewiring(found["rewire"]), "",
        "### Decoding IMA ADPCM, one core", "", *decoding(found["decode"]), "",
        "### Microphones into files", "", *recording(found["record"]), "",
        "### A press to the last of fifty browsers", "", *pressing(found["press"]), "",
        "### Streams of a media server into Redis", "", *collecting(found["collect"]), "",
    ]
    text = PAGE.read_text()
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text(head + BEGIN + "\n".join(lines) + END + tail)
