"""A ramp from a sender through a router to a listener, and whether all of it arrived."""

from ramp import RampEar, RampSender
from router import eventually


class Playing:
    """A ramp from a sender to a listener, with a sender more where the changes are."""

    def __init__(self, router, *senders):
        self.router = router
        self.ear = RampEar(*router.bound("web"))
        self.senders = [RampSender(*router.bound(name)).start() for name in senders]
        eventually(lambda: self.ear.heard > 48_000, 20, "the first second")
        self.streams = {stream["id"] for stream in router.streams()}

    def check(self):
        """Nobody was disconnected, and every frame was heard once."""
        heard = self.ear.heard
        eventually(lambda: self.ear.heard > heard + 24_000, 20, "half a second more")
        assert self.ear.account.faults == {}, self.ear.account.faults
        assert all(sender.is_connected for sender in self.senders)
        assert self.streams <= {stream["id"] for stream in self.router.streams()}

    def stop(self):
        self.ear.stop()
        for sender in self.senders:
            sender.stop()
