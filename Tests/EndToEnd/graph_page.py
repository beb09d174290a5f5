"""The page of the admin address in a real browser, and hands to use it: a mouse, and a keyboard alone."""

from contextlib import contextmanager

from documents_used import listening, receiver
from router import eventually

# The shipped graph on private ports: type and options of each node, and its cables.
SHIPPED = {
    "phone": receiver("Living Room"),
    "mdns": {"type": "avahi.advertiser"},
    "speaker": {"type": "alsa.sink", "device": "default"},
    "web": listening("http.stream", path="/stream.wav"),
    "mp3": {"type": "mp3.encoder", "bitrateKbps": 192},
    "web-mp3": listening("http.stream", path="/stream.mp3"),
    "dashboard": listening("ariacast.dashboard"),
}
SHIPPED_LINKS = {
    "phone.audio->speaker.audio", "phone.audio->web.audio", "phone.audio->mp3.audio", "mp3.audio->web-mp3.audio",
    "phone.metadata->web.metadata", "phone.metadata->web-mp3.metadata", "phone.audio->dashboard.audio",
    "phone.metadata->dashboard.metadata", "phone.transport->dashboard.transport", "phone.volume->speaker.volume",
    "speaker.volumeState->dashboard.volumeState", "phone.service->dashboard.service",
    "dashboard.control->phone.control", "phone.service->mdns.service",
}


def wait(page, expression, argument=None, seconds=10):
    """Until it is true in the page. Playwright's own way needs `eval`, which the page's policy forbids."""
    return eventually(lambda: page.evaluate(expression, argument), seconds, expression)


@contextmanager
def opened(chromium, router, ready=True, script=None, **options):
    """The page, connected. What it asked of others, and what it complained about, must be nothing."""
    context = chromium.new_context(**{"locale": "en-US", "viewport": {"width": 1440, "height": 900}} | options)
    page = context.new_page()
    page.set_default_timeout(10_000)
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    # A refusal of the API is shown to the user; the browser notes it too.
    page.on("console", lambda line: errors.append(line.text) if line.type in ("error", "warning")
            and "the server responded with a status of 4" not in line.text else None)
    if script:
        page.add_init_script(script)
    page.goto(router.admin + "/")
    if ready:
        wait(page, "document.body.dataset.connection === 'open' && globalThis.dashboard.model.revision > 0")
    yield page
    context.close()
    assert [url for url in asked if not url.startswith(router.admin)] == [] and errors == []


def linked(router) -> set[str]:
    return {link["id"] for link in router.api("/graph")["links"]}


def ids(router) -> set[str]:
    return {node["id"] for node in router.api("/graph")["nodes"]}


def settled(page, router):
    """The page shows what the router has."""
    revision = router.api("/graph")["revision"]
    wait(page, "revision => dashboard.model.revision >= revision && !document.querySelector('dialog')", revision)


class Mouse:
    """Uses the page as one does who points."""

    def __init__(self, page, router):
        self.page, self.router = page, router

    def add(self, name, config):
        page = self.page
        page.click("#add")
        page.fill("#palette-search", config["type"])
        page.click(f'.type-row[data-type="{config["type"]}"]')
        page.fill("#new-id", name)
        for option, value in config.items():
            if option != "type":
                self.set(option, value)
        page.click(".palette-form button[type=submit]")
        wait(page, "name => dashboard.model.nodes.has(name) && !document.querySelector('dialog')", name)

    def set(self, option, value):
        field = self.page.locator(f'.palette-form .field[data-option="{option}"]').first
        box = field.locator("input:not([type=range]), select, textarea")
        if value is False:
            box.locator("visible=true").first.uncheck()
        elif field.locator("select").count():
            field.locator("select").select_option(label=str(value))
        else:
            box.last.fill(str(value))

    def port(self, node, port, side):
        """The middle of a port's dot on the screen."""
        dot = self.page.locator(f'.card[data-node="{node}"] .port[data-side={side}][data-port="{port}"] i')
        box = dot.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, start, end):
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=3)
        self.page.mouse.move(*end, steps=3)
        self.page.mouse.up()

    def fit(self):
        """Shows everything, and waits until it stands still."""
        self.page.click("#fit")
        wait(self.page, "document.getAnimations().length === 0")

    def link(self, link):
        source, target = (end.split(".", 1) for end in link.split("->"))
        self.fit()
        self.drag(self.port(*source, "o"), self.port(*target, "i"))
        wait(self.page, "link => dashboard.model.byLink.has(link)", link)


class Keyboard:
    """Uses the page as one does who has no mouse."""

    def __init__(self, page, router):
        self.page, self.router = page, router

    def press(self, key, times=1):
        for _ in range(times):
            self.page.keyboard.press(key)

    def until(self, expression, argument=None, key="Tab", most=80):
        """Presses a key until something is so, mostly: until the focus is there."""
        for _ in range(most):
            if self.page.evaluate(expression, argument):
                return
            self.press(key)
        raise AssertionError(f"{most} times {key} did not lead to {expression} {argument}")

    def add(self, name, config):
        page = self.page
        self.press("a")
        page.keyboard.type(config["type"])
        # The exact name first: what begins like it stands near.
        self.until("type => document.querySelector('[aria-selected=true]')?.dataset.type === type", config["type"], "ArrowDown")
        self.press("Enter")
        wait(page, "document.activeElement.id === 'new-id'")
        page.keyboard.type(name)
        for option, value in config.items():
            if option == "type":
                continue
            self.until("name => document.activeElement.matches('.field > input, .row input:not([type=range]), select')"
                       " && document.activeElement.closest('.field')?.dataset.option === name", option)
            if value is False:
                self.press("Space")
            elif page.evaluate("document.activeElement.tagName") == "SELECT":
                page.keyboard.type(str(value))
            else:
                self.press("Control+a")
                page.keyboard.type(str(value))
        self.until("document.activeElement.matches('.palette-form [type=submit]')")
        self.press("Enter")
        wait(page, "name => document.activeElement.dataset?.node === name", name)

    def go(self, node):
        """From card to card."""
        self.until("document.activeElement.matches('.card')")
        self.until("name => document.activeElement.dataset.node === name", node, "PageDown")

    def link(self, link):
        self.go(link.split(".")[0])
        self.press("c")
        wait(self.page, "document.activeElement.matches('.goal, dialog input')")
        if self.page.evaluate("document.activeElement.matches('input')"):
            self.page.keyboard.type(link.split("->")[1])
            self.press("Tab")
        self.until("goal => document.activeElement.dataset.goal === goal", link, "ArrowDown")
        self.press("Enter")
        wait(self.page, "link => dashboard.model.byLink.has(link) && !document.querySelector('dialog')", link)
