"""A sound card that is not there: real alsa-lib with a device that plays into a file at the speed of a card."""

import subprocess
from pathlib import Path

import sound
from router import ROOT

SOURCE = ROOT / "Tests" / "Doubles" / "alsa-paced.c"


def build_double(folder: Path) -> Path:
    """Compiles the device once per test run."""
    library = folder / "libasound_module_pcm_paced.so"
    subprocess.run(
        ["gcc", "-O2", "-shared", "-fPIC", "-DPIC", "-o", str(library), str(SOURCE), "-lasound"], check=True)
    return library


class SoundCard:
    """The device "card" of an ALSA configuration of its own."""

    def __init__(self, folder: Path, library: Path, ppm: int = 0):
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "played.raw"
        self.flags = folder / "flags"
        self.flags.mkdir()
        self.configuration = folder / "asound.conf"
        self.configuration.write_text(
            f'pcm_type.paced {{ lib "{library}" }}\n'
            f'pcm.card {{ type paced record "{self.file}" flags "{self.flags}" ppm {ppm} }}\n')

    @property
    def env(self) -> dict:
        return {"ALSA_CONFIG_PATH": str(self.configuration)}

    def unplug(self):
        (self.flags / "unplugged").touch()

    def plug(self):
        (self.flags / "unplugged").unlink()

    @property
    def played(self) -> "sound.np.ndarray":
        return sound.read(self.file.read_bytes()) if self.file.exists() else sound.read(b"")
