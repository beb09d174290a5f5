"""The graphs the tests run."""

# As people write it: with comments and a comma too many.
COMMENTED = """{
  // the house
  "version": 1,
  "admin": { "listen": "127.0.0.1:0" },
  "nodes": {
    "t": { "type": "tone" }, /* a sine */
    "g": { "type": "gain", "gainDb": -3 }, // quieter
    "n": { "type": "null" },
  },
  "links": [
    "t -> g -> n" // the chain
  ],
}
"""


def listening(kind, **options) -> dict:
    return {"type": kind, "listen": "127.0.0.1:0"} | options


def receiver(name="Test Room", **options) -> dict:
    return listening("ariacast.receiver", **{"name": name, "discovery": False} | options)


def to_web(phone=None, web=None, **more) -> dict:
    """A phone that is heard at /stream.wav."""
    return {
        "nodes": {"phone": receiver(**(phone or {})), "web": listening("http.stream", **(web or {}))},
        "links": ["phone -> web"],
    } | more


def to_speaker_and_web(device="card", **speaker) -> dict:
    """The shipped graph on private ports: a phone on the sound card and at /stream.wav."""
    return {
        "nodes": {
            "phone": receiver(),
            "speaker": {"type": "alsa.sink", "device": device} | speaker,
            "web": listening("http.stream"),
        },
        "links": ["phone -> speaker", "phone -> web"],
    }


def tone_to_web(**tone) -> dict:
    return {
        "nodes": {"tone": {"type": "tone", "frequencyHz": 1000, "levelDb": -12} | tone, "web": listening("http.stream")},
        "links": ["tone -> web"],
    }


def to_mp3(source=None, encoder=None, web=None) -> dict:
    """A tone, or another source, that is heard at /stream.mp3."""
    return {
        "nodes": {
            "source": source or {"type": "tone", "frequencyHz": 1000, "levelDb": -12},
            "mp3": {"type": "mp3.encoder"} | (encoder or {}),
            "web": listening("http.stream", path="/stream.mp3") | (web or {}),
        },
        "links": ["source -> mp3 -> web"],
    }
