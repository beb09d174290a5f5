"""Media of a panel: uploads over HTTP and by the page, every format, tokens, limits."""

import json
import socket
import threading

import pytest

from admin_client import Admin
from panel_media import convert, fill, png, write_wav
from panel_pages import ask, document, heard, opened, press, status, wait
from router import eventually


@pytest.fixture
def empty(start):
    """A router with a panel of three slots and no media."""
    return start(document(count=3, token="let-me-in"))


TOKEN = {"Authorization": "Bearer let-me-in"}


def put(router, slot, role, body, **headers):
    code, answer, _ = ask(router, f"/api/media/{slot}/{role}", "PUT", body, **(TOKEN | headers))
    return code, json.loads(answer) if answer.startswith(b"{") else answer


def test_every_format_is_taken_served_and_played(empty, chromium, tmp_path):
    write_wav(tmp_path / "a.wav", 1.2)
    (tmp_path / "a.png").write_bytes(png(1, 120, 80))
    for kind in ("mp3", "ogg", "flac"):
        convert(tmp_path / "a.wav", tmp_path / f"a.{kind}")
    for kind in ("jpg", "webp", "avif"):
        convert(tmp_path / "a.png", tmp_path / f"a.{kind}")
    page = opened(chromium, empty)
    wait(page, "document.querySelector('#state-text').textContent === 'Ready'")
    for sound, picture in (("wav", "png"), ("mp3", "jpg"), ("ogg", "webp"), ("flac", "avif")):
        assert put(empty, 2, "sound", (tmp_path / f"a.{sound}").read_bytes())[1]["file"] == f"002.{sound}"
        assert put(empty, 2, "image", (tmp_path / f"a.{picture}").read_bytes())[1]["file"] == f"002.{picture}"
        assert sorted(file.name for file in (empty.folder / "media").iterdir()) == sorted([f"002.{sound}", f"002.{picture}"])
        wait(page, f"performance.getEntriesByType('resource').some(one => one.name.includes('002.{sound}'))")
        wait(page, f"performance.getEntriesByType('resource').some(one => one.name.includes('002.{picture}'))")
        wait(page, "document.querySelector('#preload').hidden")
        press(empty, 2)
        eventually(lambda: heard(page) > 0.2, 5, f"{sound} is heard")
        wait(page, "document.querySelector('#picture').naturalWidth === 120")
        eventually(lambda: status(empty)["current_button"] is None, 5, f"{sound} ends")
    assert page.errors == []
    page.context.close()


@pytest.mark.parametrize("role, body, code, error", [
    ("image", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 415, "kind"),
    ("image", b"<!doctype html><script>alert(1)</script>", 415, "kind"), ("sound", png(0, 4, 4), 415, "kind"),
    ("image", b"GIF89a", 415, "kind"), ("image", b"", 400, "empty"), ("script", png(0, 4, 4), 404, "slot"),
])
def test_what_is_no_medium_is_refused(empty, role, body, code, error):
    found = put(empty, 1, role, body)
    assert (found[0], found[1]["error"]) == (code, error)
    assert list((empty.folder / "media").iterdir()) == []


@pytest.mark.parametrize("slot", ["0", "4", "-1", "x", "..%2f1", "1%00", "001/../../x"])
def test_other_slots_are_not_there(empty, slot):
    assert put(empty, slot, "image", png(0, 4, 4))[0] in (400, 404, 405)
    assert list((empty.folder / "media").iterdir()) == []


def test_the_token_is_asked_for(empty):
    body = png(0, 4, 4)
    assert put(empty, 1, "image", body, Authorization="")[0] == 401
    assert put(empty, 1, "image", body, Authorization="Bearer wrong")[0] == 401
    assert put(empty, 1, "image", body, Origin="http://elsewhere.example")[0] == 403
    assert ask(empty, "/api/media/1/image", "DELETE")[0] == 401
    assert put(empty, 1, "image", body)[0] == 200
    assert ask(empty, "/api/media/1/image", "DELETE", **TOKEN)[0] == 204
    assert ask(empty, "/api/media/1/image", "DELETE", **TOKEN)[0] == 404


def test_the_file_of_a_stranger_is_not_read(empty):
    host, port = empty.bound("screens")
    with socket.create_connection((host, port), 5) as stranger:
        stranger.sendall(f"PUT /api/media/1/image HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 8000000\r\n\r\n".encode())
        assert stranger.recv(4096).startswith(b"HTTP/1.1 401 ")
    with socket.create_connection((host, port), 5) as known:
        known.settimeout(0.5)
        known.sendall(f"PUT /api/media/1/image HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer let-me-in\r\n"
                      "Content-Length: 8000000\r\n\r\n".encode())
        with pytest.raises(TimeoutError):
            known.recv(1)


def test_a_file_that_is_too_large_is_refused(start):
    router = start(document(count=3, maxUploadMiB=1))
    head = png(0, 4, 4)
    assert put(router, 1, "image", head + bytes((1 << 20) - len(head)))[0] == 200
    assert put(router, 2, "image", head + bytes(1 << 20))[0] == 413
    assert [file.name for file in (router.folder / "media").iterdir()] == ["001.png"]


def test_whoever_reads_while_it_is_replaced_gets_one_or_the_other(empty):
    small, large = png(0, 64, 64), png(1, 200, 200)
    assert put(empty, 1, "image", small)[0] == 200
    wrong, done = [], threading.Event()

    def read():
        while not done.is_set():
            code, body, _ = ask(empty, "/media/001.png")
            if code != 200 or body not in (small, large):
                wrong.append((code, len(body)))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for index in range(40):
        assert put(empty, 1, "image", large if index % 2 else small)[0] == 200
    done.set()
    for reader in readers:
        reader.join(10)
    assert wrong == []


def test_of_two_uploads_at_once_one_stands(empty, tmp_path):
    (tmp_path / "a.png").write_bytes(png(0, 32, 32))
    convert(tmp_path / "a.png", tmp_path / "a.jpg")
    bodies = [(tmp_path / name).read_bytes() for name in ("a.png", "a.jpg")]
    for _ in range(15):
        threads = [threading.Thread(target=put, args=(empty, 1, "image", body)) for body in bodies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        left = [file.name for file in (empty.folder / "media").iterdir()]
        assert len(left) == 1 and left[0] in ("001.png", "001.jpg")


def test_what_an_upload_left_behind_is_gone_after_a_restart(start, tmp_path):
    media = tmp_path / "router" / "media"
    fill(media, range(1, 2))
    (media / ".upload-001.png-7").write_bytes(b"half")
    router = start(document(count=1))
    eventually(lambda: status(router)["media_missing"] == 0, 5, "all media")
    assert sorted(file.name for file in media.iterdir()) == ["001.png", "001.wav"]


# The page


def test_the_page_takes_the_token_and_puts_files_in_place(empty, chromium, tmp_path):
    (tmp_path / "any.png").write_bytes(png(2, 100, 60))
    (tmp_path / "any.txt").write_text("no picture")
    write_wav(tmp_path / "003.wav", 0.5)
    page = opened(chromium, empty, "/library")
    page.wait_for_selector(".card")
    assert page.locator(".card").count() == 3 and page.inner_text("#state") == "6 of the files are missing."
    assert page.locator(".add").count() == 0
    page.fill("#token", "wrong")
    page.press("#token", "Enter")
    wait(page, "document.querySelector('#token-wrong').textContent !== ''")
    page.fill("#token", "let-me-in")
    page.press("#token", "Enter")
    page.wait_for_selector(".add")
    with page.expect_file_chooser() as choice:
        page.locator(".card").nth(1).locator("[data-role=image] .add").click()
    choice.value.set_files(str(tmp_path / "any.png"))
    wait(page, "document.querySelectorAll('.card')[1].querySelector('img').naturalWidth === 100")
    with page.expect_file_chooser() as choice:
        page.locator(".card").nth(1).locator("[data-role=image] .add").click()
    choice.value.set_files(str(tmp_path / "any.txt"))
    wait(page, "document.querySelector('#notes').textContent.includes('no picture or sound')")
    # Dropped anywhere, a file finds its number by its name.
    wav = list((tmp_path / "003.wav").read_bytes())
    page.evaluate("""(bytes) => {
      const files = new DataTransfer();
      files.items.add(new File([new Uint8Array(bytes)], "003.wav", { type: "audio/wav" }));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
    }""", wav)
    eventually(lambda: (empty.folder / "media" / "003.wav").exists(), 5, "003.wav")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator(".card").nth(1).locator("[data-role=image] .remove").click()
    eventually(lambda: not (empty.folder / "media" / "002.png").exists(), 5, "002.png is gone")
    wait(page, "document.querySelector('#state').textContent.startsWith('5')")
    page.click("#show-missing")
    assert page.locator(".card:visible").count() == 3
    page.context.close()


def test_the_page_follows_the_folder(empty, chromium):
    page = opened(chromium, empty, "/library")
    page.wait_for_selector(".card")
    fill(empty.folder / "media", range(1, 4))
    wait(page, "document.querySelector('#state').textContent === 'Everything is there.'")
    page.locator(".card").nth(0).locator(".listen").click()
    eventually(lambda: heard(page) > 0.1, 5, "sound")
    assert page.errors == []
    page.context.close()


def test_another_folder_is_seen_by_pages_that_are_open(start, chromium):
    router = start(document(count=2))
    for folder, color in (("media", 1), ("other", 2)):
        (router.folder / folder).mkdir(exist_ok=True)
        fill(router.folder / folder, range(1, 3))
    page = opened(chromium, router)
    wait(page, "document.querySelector('#preload').hidden")

    def asked():
        return page.evaluate(
            "performance.getEntriesByType('resource').filter(one => one.name.includes('/media/001')).length")

    before = eventually(asked, 5, "the first folder's files")
    admin = Admin(router.admin)
    change = {"nodes": {node: {"media": "other"} for node in ("screens", "policy")}}
    answer = admin.patch("graph", change, match=admin.tag, kind="application/merge-patch+json")
    assert answer.status == 200, answer
    eventually(lambda: asked() > before, 5, "the other folder's files")
    assert page.errors == []
    page.context.close()


@pytest.mark.parametrize("locale, scheme, size", [
    ("en-US", "light", (1280, 900)), ("de-DE", "dark", (390, 844)), ("de-DE", "light", (320, 568)),
])
def test_axe_finds_nothing_on_the_page_of_media(start, tmp_path, chromium, locale, scheme, size):
    from axe_playwright_python.sync_playwright import Axe

    fill(tmp_path / "router" / "media", range(1, 5))
    (tmp_path / "router" / "media" / "005.wav").write_bytes(b"")
    router = start(document(count=6))
    eventually(lambda: status(router)["media_missing"] == 4, 5, "four missing")
    page = opened(chromium, router, "/library", locale=locale, color_scheme=scheme, reduced_motion="reduce",
                  bypass_csp=True, viewport={"width": size[0], "height": size[1]})
    page.wait_for_selector(".add")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.lang") == locale[:2]
    page.context.close()
