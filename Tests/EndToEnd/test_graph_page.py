"""The graph in a browser: built with a mouse and with keys alone, changed while it plays, and never overwritten blindly."""

import json
import urllib.request

import pytest
from documents_used import listening
from graph_page import SHIPPED, SHIPPED_LINKS, Keyboard, Mouse, ids, linked, opened, settled, wait
from router import eventually

TONES = {
    "nodes": {
        "tone": {"type": "tone", "frequencyHz": 440, "levelDb": -6},
        "sweep": {"type": "tone", "waveform": "sweep", "label": "Sweep for the hall"},
        "louder": {"type": "gain", "gainDb": 3},
        "mix": {"type": "mixer", "inputs": {"music": {"gainDb": -3}, "voice": {"priority": True, "duckDb": 15}}},
        "level": {"type": "meter"},
        "log": {"type": "event.log", "level": "debug"},
        "off": {"type": "delay", "disabled": True},
        "speaker": {"type": "alsa.sink", "device": "nothing"},
        "web": listening("http.stream"),
    },
    "links": [
        "tone -> louder -> mix.music", "sweep -> mix.voice", "mix -> level -> speaker", "level -> web",
        "level.levels -> log", "mix -> off",
    ],
}
EMPTY = {"nodes": {}, "links": []}


def simple() -> dict:
    return {
        "nodes": {"tone": {"type": "tone"}, "quieter": {"type": "gain", "gainDb": -10}, "web": listening("http.stream")},
        "links": ["tone -> quieter -> web"],
    }


def send(router, method, path, body=None, tag="*"):
    """Another editor."""
    request = urllib.request.Request(
        router.admin + "/api/v1" + path, json.dumps(body).encode() if body is not None else None,
        {"Content-Type": "application/merge-patch+json" if method == "PATCH" else "application/json", "If-Match": tag},
        method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"{}")


def config(router, node) -> dict:
    return router.node(node)["config"]


@pytest.mark.parametrize("hands", [Mouse, Keyboard])
def test_the_shipped_graph_is_built_from_nothing(start, chromium, hands):
    router = start(EMPTY)
    with opened(chromium, router) as page:
        assert page.locator("#empty").is_visible()
        user = hands(page, router)
        for name, wanted in SHIPPED.items():
            user.add(name, wanted)
        for link in sorted(SHIPPED_LINKS):
            user.link(link)
        assert page.locator("#empty").is_hidden()
    assert linked(router) == SHIPPED_LINKS
    for name, wanted in SHIPPED.items():
        # What equals the default need not be written.
        options = router.api(f"/types/{wanted['type']}")["options"]
        defaults = {option["name"]: option.get("default") for option in options}
        found = config(router, name)
        for option, value in wanted.items():
            assert found.get(option, defaults.get(option)) == value, (name, option)


def test_an_option_is_changed_while_it_plays_and_nothing_is_interrupted(start, chromium):
    router = start(simple())
    with opened(chromium, router) as page:
        stream = eventually(router.streams, 15)[0]["id"]
        page.click('.card[data-node="quieter"] .name')
        slider = page.locator('#side [data-option="gainDb"] input[type=range]')
        slider.focus()
        for _ in range(6):
            page.keyboard.press("ArrowRight")
        eventually(lambda: config(router, "quieter")["gainDb"] == -7, 15, "the new gain")
        page.locator('#side [data-option="mute"] input').check()
        eventually(lambda: config(router, "quieter").get("mute") is True, 15, "mute")
        # It is heard: nothing but silence leaves the node.
        wait(page, "(dashboard.peak('quieter.audio->web.audio') ?? -99) < -60")
        assert [one["id"] for one in router.streams()] == [stream]


def test_what_is_changed_while_a_change_is_on_its_way_goes_with_the_next(start, chromium):
    router = start(simple())
    # Changes leave late.
    script = """
        const now = window.fetch
        window.fetch = async (...words) => {
            if (words[1]?.method === "PATCH") await new Promise(done => setTimeout(done, 400))
            return now(...words)
        }"""
    with opened(chromium, router, script=script) as page:
        page.click('.card[data-node="quieter"] .name')
        page.locator('#side [data-option="gainDb"] input[type=range]').focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(200)
        page.locator('#side [data-option="mute"] input').check()
        # Something else is chosen at once.
        page.click('.card[data-node="tone"] .name')
        eventually(lambda: config(router, "quieter").get("mute") is True, 15, "mute")
        assert config(router, "quieter")["gainDb"] == -9.5
        page.locator('#side [data-option="levelDb"] input[type=range]').focus()
        page.keyboard.press("ArrowLeft")
        page.click('#side [aria-label="Close the details"]')
        eventually(lambda: "levelDb" in config(router, "tone"), 15, "the level of a node that was left at once")


def test_the_own_changes_are_nobody_elses(start, chromium):
    """An edit that waits for "apply", a live one meanwhile, and two clicks where one was meant."""
    router = start(simple())
    with opened(chromium, router) as page:
        page.click('.card[data-node="tone"] .name')
        page.locator('#side [data-option="sampleRate"] input[type=number]').fill("44100")
        page.locator('#side [data-option="levelDb"] input[type=number]').fill("-20")
        page.keyboard.press("Tab")
        eventually(lambda: config(router, "tone").get("levelDb") == -20, 15, "the live one")
        page.click('#side .apply button[type=submit]', click_count=2)
        # The only question: the stream would end.
        page.click('dialog [data-answer="yes"]')
        eventually(lambda: config(router, "tone").get("sampleRate") == 44100, 15, "the other one")
        page.wait_for_timeout(500)
        assert page.locator("dialog").count() == 0
        for link in ("tone.audio->quieter.audio", "quieter.audio->web.audio"):
            page.evaluate("link => {dashboard.unlink(link); dashboard.unlink(link)}", link)
        eventually(lambda: linked(router) == set(), 15, "no cable")
        page.evaluate("['undo', 'undo', 'redo', 'undo'].forEach(one => dashboard.step(one))")
        eventually(lambda: len(linked(router)) == 2, 15, "both are back")
        assert page.locator("dialog").count() == 0


def test_a_node_with_a_secret_is_renamed_and_keeps_it(start, chromium):
    router = start({"nodes": {"mic": listening("browser.mic", listenTls="127.0.0.1:0", token="open sesame")}})
    with opened(chromium, router) as page:
        page.click('.card[data-node="mic"] .name')
        page.click('#side [data-act="rename"]')
        page.fill("dialog input", "studio")
        page.keyboard.press("Enter")
        eventually(lambda: ids(router) == {"studio"}, 15, "the new name")
    assert '"token": "open sesame"' in router.file.read_text()


def test_rules_are_shown_and_changed_as_json_and_what_was_left_open_stays_open(start, chromium):
    rules = [{"when": "rttMs", "above": 100}, {"when": "state", "is": "stalled"}]
    router = start({"nodes": {"alerts": {"type": "mediamtx.alerts", "rules": rules}}})
    with opened(chromium, router) as page:
        page.click('.card[data-node="alerts"] .name')
        box = page.locator('#side [data-option="rules"] textarea')
        assert json.loads(box.input_value()) == rules
        box.fill(json.dumps(rules[1:]))
        page.keyboard.press("Tab")
        eventually(lambda: len(config(router, "alerts")["rules"]) == 1, 15, "one rule")
        page.click("#add")
        page.fill("#palette-search", "s3.uploader")
        page.click('.type-row[data-type="s3.uploader"]')
        page.fill("#new-id", "store")
        page.locator('.palette-form .field[data-option="bucket"] input').fill("sounds")
        page.locator('.palette-form .field[data-option="uploadBin"] select').select_option(label="off")
        page.click(".palette-form button[type=submit]")
        eventually(lambda: "store" in ids(router), 15, "the new node")
    written = json.loads(router.file.read_text())["nodes"]["store"]
    written.pop("position", None)
    assert written == {"type": "s3.uploader", "bucket": "sounds", "uploadBin": False}


def test_one_limit_is_written_alone(start, chromium):
    router = start(simple())
    with opened(chromium, router) as page:
        page.click('.card[data-node="web"] .name')
        page.evaluate("document.querySelectorAll('#side details').forEach(one => {one.open = true})")
        page.locator('#side [data-option="idleSeconds"] input[type=number]').fill("30")
        page.keyboard.press("Tab")
        wait(page, "!document.querySelector('#side .apply').hidden || dashboard.model.node('web').config.limits")
        if page.locator("#side .apply").is_visible():
            page.click("#side .apply button[type=submit]")
        eventually(lambda: config(router, "web").get("limits") == {"idleSeconds": 30}, 15, "one limit")


def test_a_card_in_the_hand_stays_there_whatever_is_loaded(start, chromium):
    router = start(simple())
    send(router, "PATCH", "/nodes/tone", {"position": {"x": 0, "y": 0}})
    with opened(chromium, router) as page:
        page.click("#fit")
        wait(page, "document.getAnimations().length === 0")
        box = page.locator('.card[data-node="tone"] .name').bounding_box()
        page.mouse.move(box["x"] + 5, box["y"] + 5)
        page.mouse.down()
        page.mouse.move(box["x"] + 105, box["y"] + 85, steps=4)
        send(router, "PATCH", "/nodes/quieter", {"gainDb": -1})
        wait(page, "dashboard.model.node('quieter').config.gainDb === -1")
        page.mouse.up()
        eventually(lambda: config(router, "tone")["position"]["x"] > 20, 15, "the new place")


def test_a_mixer_gets_inputs_with_levels_of_their_own(start, chromium):
    router = start({
        "nodes": {
            "tone": {"type": "tone"}, "desk": {"type": "mixer", "inputs": {"music": {"gainDb": -3}}},
            "web": listening("http.stream"),
        },
        "links": ["tone -> desk.music", "desk -> web"],
    })

    def inputs_are(wanted):
        eventually(lambda: config(router, "desk").get("inputs") == wanted, 15, str(wanted))

    with opened(chromium, router) as page:
        stream = eventually(lambda: [one["id"] for one in router.streams() if "desk" in json.dumps(one)], 15)
        page.click('.card[data-node="desk"] .name')
        table = page.locator('#side [data-option="inputs"]')
        table.get_by_role("button", name="Add").click()
        entry = table.locator("fieldset.entry").nth(1)
        entry.locator("input[type=text]").fill("music")
        page.keyboard.press("Tab")
        assert entry.locator("input[type=text]").input_value() != "music", "there is one of that name"
        entry.locator("input[type=text]").fill("voice")
        entry.locator('[data-option="gainDb"] input[type=number]').fill("-6")
        entry.locator('[data-option="priority"] input').check()
        inputs_are({"music": {"gainDb": -3}, "voice": {"gainDb": -6, "priority": True}})
        wait(page, "Boolean(document.querySelector('.card[data-node=desk] .port[data-port=voice]'))")
        entry = page.locator('#side [data-option="inputs"] fieldset.entry').nth(1)
        entry.locator("input[type=text]").fill("speech")
        page.keyboard.press("Tab")
        inputs_are({"music": {"gainDb": -3}, "speech": {"gainDb": -6, "priority": True}})
        entry = page.locator('#side [data-option="inputs"] fieldset.entry').nth(1)
        entry.locator("button").first.click()
        inputs_are({"music": {"gainDb": -3}})
        # Nothing of it interrupted what plays.
        assert [one["id"] for one in router.streams() if "desk" in json.dumps(one)] == stream


def test_a_change_that_would_end_a_stream_is_shown_before_it_is_made(start, chromium):
    router = start(simple())
    with opened(chromium, router) as page:
        eventually(router.streams, 15)
        wait(page, "dashboard.model.streams.length === 1")
        page.click('.card[data-node="tone"] .name')
        page.click('#side [data-act="delete"]')
        page.wait_for_selector("dialog")
        assert "tone is removed" in page.inner_text("dialog")
        page.click('dialog [data-answer="no"]')
        assert ids(router) == {"tone", "quieter", "web"}
        page.click('#side [data-act="delete"]')
        page.click('dialog [data-answer="yes"]')
        eventually(lambda: ids(router) == {"quieter", "web"}, 15, "the node is gone")
        assert linked(router) == {"quieter.audio->web.audio"}


def test_ports_that_fit_light_up_and_others_refuse_or_offer_a_converter(start, chromium):
    router = start({
        "nodes": {"tone": {"type": "tone"}, "level": {"type": "meter"}, "log": {"type": "event.log", "level": "debug"},
                  "web": listening("http.stream", container="mp3", path="/a.mp3")},
        "links": [],
    })
    with opened(chromium, router) as page:
        mouse = Mouse(page, router)
        mouse.fit()
        start_at = mouse.port("tone", "audio", "o")
        page.mouse.move(*start_at)
        page.mouse.down()
        page.mouse.move(start_at[0] + 40, start_at[1] + 20, steps=3)
        fits = page.evaluate("Object.fromEntries([...document.querySelectorAll('.port')].map(port => "
                             "[port.closest('.card').dataset.node + '.' + port.dataset.side, port.dataset.fit]))")
        assert fits["tone.o"] == "start" and fits["level.i"] == "fits" and fits["log.i"] == "no", fits
        page.mouse.move(*mouse.port("log", "events", "i"), steps=3)
        page.mouse.up()
        page.wait_for_selector(".toast[data-kind=bad]")
        assert "do not fit" in page.inner_text(".toast[data-kind=bad]") and linked(router) == set()
        mouse.drag(mouse.port("tone", "audio", "o"), mouse.port("web", "audio", "i"))
        page.wait_for_selector("dialog")
        assert "mp3.encoder" in page.inner_text("dialog")
        page.click('dialog [data-answer="yes"]')
        eventually(lambda: linked(router) == {"tone.audio->mp3.audio", "mp3.audio->web.audio"}, 15, "the converter")


def test_undo_and_redo_by_button_and_by_key(start, chromium):
    router = start(simple())
    with opened(chromium, router) as page:
        page.click('.card[data-node="quieter"] .name')
        page.click('#side .end button[aria-label^="Remove the cable quieter"]')
        eventually(lambda: linked(router) == {"tone.audio->quieter.audio"}, 15, "one cable less")
        settled(page, router)
        page.click("#undo")
        eventually(lambda: len(linked(router)) == 2, 15, "the cable is back")
        settled(page, router)
        page.click("#redo")
        eventually(lambda: len(linked(router)) == 1, 15, "the cable is gone again")
        settled(page, router)
        page.focus('.card[data-node="tone"]')
        page.keyboard.press("Control+z")
        eventually(lambda: len(linked(router)) == 2, 15, "the cable is back")
        settled(page, router)
        page.keyboard.press("Control+Shift+Z")
        eventually(lambda: len(linked(router)) == 1, 15, "the cable is gone again")


@pytest.mark.parametrize("answer, heard", [("discard", -20), ("retry", -3)])
def test_what_another_editor_did_meanwhile_is_shown_and_not_overwritten(start, chromium, answer, heard):
    router = start(simple())
    with opened(chromium, router) as page:
        page.click('.card[data-node="tone"] .name')
        page.locator('#side [data-option="sampleRate"] input[type=number]').fill("44100")
        assert page.locator("#side .apply").is_visible()
        send(router, "PATCH", "/nodes/quieter", {"gainDb": heard})
        send(router, "PUT", "/nodes/other", {"type": "null"})
        wait(page, "dashboard.model.nodes.has('other')")
        page.click("#side .apply [type=submit]")
        page.wait_for_selector("dialog")
        said = page.inner_text("dialog")
        assert "node other (null) added" in said and f"gainDb: -10 → {heard}" in said
        page.click(f'dialog [data-answer="{answer}"]')
        if answer == "retry":
            # Another sample rate replaces the node, and its stream ends: that is asked too.
            page.click('dialog [data-answer="yes"]')
            eventually(lambda: config(router, "tone").get("sampleRate") == 44100, 15, "the change on top")
        else:
            wait(page, "document.querySelector('#side .apply').hidden")
            assert "sampleRate" not in config(router, "tone")
        assert config(router, "quieter")["gainDb"] == heard and "other" in ids(router)


def test_an_edit_waits_while_other_things_are_done(start, chromium):
    router = start(simple())
    with opened(chromium, router) as page:
        page.click('.card[data-node="tone"] .name')
        rate = page.locator('#side [data-option="sampleRate"] input[type=number]')
        rate.fill("44100")
        # Another node is changed, the language is, and the node gets another name.
        page.click('.card[data-node="quieter"] .name')
        page.locator('#side [data-option="gainDb"] input[type=number]').fill("-4")
        page.keyboard.press("Tab")
        eventually(lambda: config(router, "quieter")["gainDb"] == -4, 15, "the change of the other one")
        settled(page, router)
        page.click('.card[data-node="tone"] .name')
        assert rate.input_value() == "44100" and page.locator("#side .apply").is_visible()
        page.click("#open-settings")
        page.select_option("#language", "de")
        page.keyboard.press("Escape")
        assert page.inner_text("#side .apply [type=submit]") == "Anwenden"
        page.focus('.card[data-node="tone"]')
        page.keyboard.press("F2")
        page.fill("#asked", "low")
        page.keyboard.press("Enter")
        eventually(lambda: "low" in ids(router), 15, "the new name")
        wait(page, "document.querySelector('#side h2').textContent === 'low'")
        assert rate.input_value() == "44100" and page.evaluate("dashboard.side.hasEdits")
        page.click("#side .apply [type=submit]")
        # Nobody else was faster; only that the stream ends is asked.
        page.click('dialog [data-answer="yes"]')
        eventually(lambda: config(router, "low").get("sampleRate") == 44100, 15, "the edit")
        wait(page, "!dashboard.side.hasEdits")
        assert config(router, "quieter")["gainDb"] == -4


def test_the_document_as_text_tells_its_errors_where_they_are_and_fixes_them(start, chromium):
    router = start(simple())
    with opened(chromium, router) as page:
        page.keyboard.press("j")
        box = page.locator("#document-text")
        text = box.input_value()
        box.fill(text.replace('"gainDb": -10', '"gainDbb": -10'))
        page.wait_for_selector(".problem-list")
        assert 'did you mean "gainDb"' in page.inner_text(".found")
        line = text[:text.index('"gainDb"')].count("\n") + 1
        place = page.locator(".place").first
        assert place.inner_text().startswith(f"{line}:")
        place.click()
        assert box.evaluate("box => box.value.slice(box.selectionStart).startsWith('\"gainDbb\"')")
        page.click(".fix")
        wait(page, "document.querySelector('#document-status').textContent === 'No change yet.'")
        box.fill("{ not json")
        page.wait_for_selector(".problem-list")
        assert page.locator("dialog .primary").is_disabled()
        box.fill(text.replace('"gainDb": -10', '"gainDb": -4'))
        page.wait_for_selector("#document-status[data-kind=good]")
        assert "quieter.gainDb: -10 → -4" in page.inner_text(".found")
        page.click("dialog .dialog-foot .primary")
        eventually(lambda: config(router, "quieter")["gainDb"] == -4, 15, "the new document")


def test_a_node_is_renamed_switched_off_moved_and_shown_where_it_was_put(start, chromium):
    router = start(simple())
    with opened(chromium, router) as page:
        page.focus('.card[data-node="quieter"]')
        page.keyboard.press("F2")
        page.fill("#asked", "softer")
        page.keyboard.press("Enter")
        eventually(lambda: ids(router) == {"tone", "softer", "web"}, 15, "the new name")
        assert linked(router) == {"tone.audio->softer.audio", "softer.audio->web.audio"}
        wait(page, "document.activeElement.dataset?.node === 'softer'")
        page.keyboard.press("d")
        if page.locator("dialog").count():
            page.click('dialog [data-answer="yes"]')
        router.wait_for_state("softer", "disabled")
        wait(page, "document.querySelector('.card[data-node=softer]').dataset.state === 'disabled'")
        box = page.locator('.card[data-node="softer"] .name').bounding_box()
        Mouse(page, router).drag((box["x"] + 10, box["y"] + 8), (box["x"] + 130, box["y"] + 168))
        eventually(lambda: "position" in router.node("softer"), 15, "the saved position")
        wait(page, "!dashboard.board.pending")
        shown = page.evaluate("(({x, y}) => ({x, y}))(dashboard.board.cards.get('softer'))")
        assert router.node("softer")["position"] == shown
        page.reload()
        wait(page, "document.body.dataset.connection === 'open' && dashboard.board.cards.size === 3")
        assert page.evaluate("(({x, y}) => ({x, y}))(dashboard.board.cards.get('softer'))") == shown
        page.click("#tidy")
        eventually(lambda: not any("position" in node for node in router.api("/graph")["nodes"]), 15, "no positions")


def test_a_node_that_waits_says_why_and_counts_down(start, chromium):
    router = start(TONES)
    with opened(chromium, router, locale="de-DE") as page:
        card = page.locator('.card[data-node="speaker"]')
        wait(page, "/Wartet · (\\d+ s|…)/.test(document.querySelector('.card[data-node=speaker] .state').textContent)")
        assert "cannot open sound card" in card.locator(".reason").inner_text()
        assert card.locator(".state svg").count() == 1 and "Wartet" in card.get_attribute("aria-label")
        card.locator(".name").click()
        assert "cannot open sound card" in page.inner_text("#side .state-box") and page.locator("#side .hint").count() == 1
        assert page.locator('.card[data-node="sweep"] .name').inner_text() == "Sweep for the hall"


def test_cables_show_what_flows(start, chromium):
    router = start(TONES)
    with opened(chromium, router) as page:
        link = "tone.audio->louder.audio"
        wait(page, "link => Math.abs(dashboard.model.rates.get(link)?.rate - 50) < 5", link)
        wait(page, "link => Math.abs(dashboard.peak(link) + 6) <= 1", link)
        wait(page, "link => document.querySelector(`.cable[data-link='${link}']`).dataset.level >= 8", link)
        assert "/s" in page.locator(f'.chip[data-link="{link}"]').inner_text()
        wait(page, "dashboard.model.rates.get('sweep.audio->mix.voice').delay > 10")
        # Events are counted, and seen.
        wait(page, "dashboard.model.rates.get('level.levels->log.events').packets > 3")
        wait(page, "document.querySelector('.cable.pulse[data-kind=event]') !== null")
        page.locator("[data-tab=streams]").click()
        page.locator("#dock .stream").first.hover()
        wait(page, "document.querySelectorAll('.card.traced').length >= 2")
        page.locator("[data-tab=log]").click()
        wait(page, "[...document.querySelectorAll('.log li')].some(line => line.textContent.includes('waiting: cannot open'))")


def test_a_file_saved_with_errors_is_reported_and_the_graph_plays_on(start, chromium):
    router = start(simple())
    with opened(chromium, router) as page:
        whole = router.file.read_text()
        router.file.write_text(whole.replace('"tone -> quieter -> web"', '"tone -> quieterr -> web"'))
        page.wait_for_selector("#problems:not([hidden])")
        assert "quieterr" in page.inner_text("#problems") and len(linked(router)) == 2
        router.file.write_text(whole)
        page.wait_for_selector("#problems", state="hidden")


def test_words_of_others_are_shown_as_text(start, chromium):
    evil = '<img src=x onerror="document.title=1"> & "x"'
    document = simple()
    document["nodes"]["tone"]["label"] = evil
    router = start(document)
    with opened(chromium, router) as page:
        assert page.locator('.card[data-node="tone"] .name').inner_text() == evil
        page.click('.card[data-node="tone"] .name')
        assert page.inner_text("#side h2") == evil and page.locator("#side img, .card img").count() == 0
        assert page.title() == "Media router"


def test_without_a_session_the_login_comes_first(start, chromium):
    router = start(simple() | {"admin": {"listen": "127.0.0.1:0", "token": "open sesame"}})
    with opened(chromium, router, ready=False) as page:
        page.wait_for_url("**/login")
        page.fill("input[name=token]", "open sesame")
        page.keyboard.press("Enter")
        page.wait_for_url(router.admin + "/")
        wait(page, "document.body.dataset.connection === 'open' && dashboard.board.cards.size === 3")
        page.context.clear_cookies()
        page.evaluate("void dashboard.step('undo')")
        page.wait_for_url("**/login")
        page.fill("input[name=token]", "open sesame")
        page.keyboard.press("Enter")
        page.wait_for_url(router.admin + "/")
        wait(page, "document.body.dataset.connection === 'open' && dashboard.board.cards.size === 3")
        page.click("#open-settings")
        page.get_by_role("button", name="Log out").click()
        page.wait_for_url("**/login")
        page.goto(router.admin + "/")
        page.wait_for_url("**/login")


def test_the_page_comes_back_when_the_router_does(start, chromium):
    router = start(simple())
    with opened(chromium, router) as page:
        port = router.admin.rsplit(":", 1)[1]
        router.stop()
        wait(page, "document.body.dataset.connection === 'lost'")
        assert "Trying again" in page.inner_text("#status-text")
        start(simple() | {"admin": {"listen": f"127.0.0.1:{port}"}}, folder="again")
        wait(page, "document.body.dataset.connection === 'open'", seconds=20)


@pytest.mark.parametrize("locale, scheme, size", [
    ("en-US", "light", (1440, 900)), ("de-DE", "dark", (1440, 900)), ("de-DE", "light", (390, 844)),
    ("en-US", "dark", (390, 844)),
])
def test_axe_finds_nothing_and_nothing_is_cut_off(start, chromium, locale, scheme, size):
    from axe_playwright_python.sync_playwright import Axe

    router = start(TONES)
    with opened(chromium, router, locale=locale, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True,
                viewport={"width": size[0], "height": size[1]}) as page:
        def check(what):
            found = Axe().run(page).response["violations"]
            assert [(what, one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), what

        for view in ("graph", "list"):
            page.click(f"#view-{view}")
            check(view)
        page.click("#view-graph")
        page.evaluate("dashboard.edit('mix')")
        wait(page, "document.querySelector('#side h2').textContent === 'mix'")
        check("a node")
        page.evaluate("dashboard.edit('speaker')")
        check("a node that waits")
        page.evaluate("dashboard.select({link: 'mix.audio->level.audio'})")
        check("a cable")
        page.evaluate("dashboard.closeSide()")
        page.click("[data-tab=streams]")
        check("streams")
        page.click("[data-tab=log]")
        wait(page, "document.querySelectorAll('.log li').length > 3")
        check("log")
        page.click("[data-tab=log]")
        for opener in ("#add", "#open-json", "#open-settings"):
            page.click(opener)
            page.wait_for_selector("dialog")
            check(opener)
            page.keyboard.press("Escape")
        page.click("#add")
        page.click('.type-row[data-type="http.stream"]')
        check("the form of a new node")
        page.keyboard.press("Escape")
        page.evaluate("void dashboard.connect('tone')")
        check("where a cable may go")
        page.keyboard.press("Escape")
        assert page.evaluate("document.documentElement.lang") == locale[:2]


def test_on_a_phone_a_cable_is_drawn_by_two_taps_and_two_fingers_zoom(start, chromium):
    router = start({"nodes": simple()["nodes"], "links": []})
    with opened(chromium, router, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as page:
        assert page.locator("#list").is_visible() and page.locator(".row-card").count() == 3
        page.tap("#view-graph")
        mouse = Mouse(page, router)
        page.tap("#fit")
        wait(page, "document.getAnimations().length === 0")
        page.touchscreen.tap(*mouse.port("tone", "audio", "o"))
        wait(page, "document.querySelector('#board').classList.contains('connecting')")
        # The click that follows a tap must not end it.
        page.wait_for_timeout(400)
        page.touchscreen.tap(*mouse.port("quieter", "audio", "i"))
        eventually(lambda: linked(router) == {"tone.audio->quieter.audio"}, 15, "the cable")
        settled(page, router)
        before = page.evaluate("dashboard.board.camera.scale")
        session = page.context.new_cdp_session(page)

        def touch(kind, *points):
            session.send("Input.dispatchTouchEvent", {
                "type": kind, "touchPoints": [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]})

        touch("touchStart", (150, 700), (250, 700))
        for step in range(1, 6):
            touch("touchMove", (150 - 15 * step, 700), (250 + 15 * step, 700))
        touch("touchEnd")
        assert page.evaluate("dashboard.board.camera.scale") > 1.5 * before
        page.tap('.card[data-node="quieter"] .name')
        wait(page, "document.body.classList.contains('side-open')")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
