"""Damages texts and JSON values at random, the same way for the same seed."""

import copy
import json
import random

WORDS = ["", "t -> g", "g -> t", "t", "a.b.c", "-1", "nosuch", "127.0.0.1:99999", "•", "\u0000", "x" * 300]


def damage_text(text: str, chance: random.Random) -> bytes:
    """A few bytes deleted, doubled, replaced or moved."""
    data = bytearray(text.encode())
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data)) if data else 0
        match chance.randrange(5):
            case 0:
                del data[at:at + chance.randint(1, 12)]
            case 1:
                data[at:at] = data[at:at + chance.randint(1, 20)]
            case 2 if data:
                data[at] = chance.randrange(256)
            case 3:
                data[at:at] = chance.choice([b"{", b"}", b"[", b"]", b",", b":", b'"', b"//", b"/*", b"\\", b"null"])
            case _:
                data = data[:at] if chance.random() < 0.1 else data
    return bytes(data)


def places(value, above=()):
    """Every place in a JSON value."""
    yield above
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*above, key))


def damage_value(value, chance: random.Random):
    """One to three places of a JSON value made wrong, or at least other."""
    value = copy.deepcopy(value)
    for _ in range(chance.randint(1, 3)):
        place = chance.choice([one for one in places(value) if one] or [()])
        if not place:
            return random_value(chance)
        inner = value
        for key in place[:-1]:
            inner = inner[key]
        match chance.randrange(4):
            case 0:
                del inner[place[-1]]
            case 1 if isinstance(inner, dict):
                inner[str(place[-1]) + chance.choice(["x", "", " ", "."])] = inner.pop(place[-1])
            case _:
                inner[place[-1]] = random_value(chance)
    return value


def random_value(chance: random.Random, depth=0):
    choice = chance.randrange(8 if depth < 3 else 6)
    if choice == 6:
        return [random_value(chance, depth + 1) for _ in range(chance.randrange(4))]
    if choice == 7:
        return {chance.choice(["type", "gainDb", "nodes", "links", "g", ""]): random_value(chance, depth + 1)
                for _ in range(chance.randrange(4))}
    return [None, True, chance.randint(-(2 ** 63), 2 ** 63 - 1), chance.uniform(-1e300, 1e300),
            chance.choice(WORDS), chance.randint(-100, 100)][choice]


def is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True
