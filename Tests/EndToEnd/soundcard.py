"""A sound card that is not there: real alsa-lib with a device that plays into a file at the speed of a card."""

import os
import subprocess
from pathlib import Path

import sound
from router import ROOT

DOUBLES = ROOT / "Tests" / "Doubles"
MIXER = "libasound_module_ctl_fakectl.so"


def build_double(folder: Path) -> Path:
    """Compiles the device and, beside it, its mixer once per test run."""
    library = folder / "libasound_module_pcm_paced.so"
    for source, made in (("alsa-paced.c", library), ("alsa-fakectl.c", folder / MIXER)):
        subprocess.run(
            ["gcc", "-O2", "-shared", "-fPIC", "-DPIC", "-o", str(made), str(DOUBLES / source), "-lasound"], check=True)
    return library


class SoundCard:
    """The device "card" of an ALSA configuration of its own."""

    def __init__(self, folder: Path, library: Path, ppm: int = 0, alone: bool = False):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.file = folder / "played.raw"
        self.flags = folder / "flags"
        self.flags.mkdir()
        self.configuration = folder / "asound.conf"
        self.configuration.write_text(
            f'pcm_type.paced {{ lib "{library}" }}\n'
            f'pcm.card {{ type paced record "{self.file}" flags "{self.flags}" ppm {ppm} alone {int(alone)} }}\n'
            f'ctl_type.fakectl {{ lib "{library.parent / MIXER}" }}\n'
            f'ctl.card {{ type fakectl file "{self.folder / "mixer"}" }}\n')

    @property
    def env(self) -> dict:
        return {"ALSA_CONFIG_PATH": str(self.configuration)}

    def give_mixer(self, volume: int, is_on: bool):
        """The card gets a volume control, as `amixer -D card` sees it."""
        (self.folder / "mixer").write_text(f"{volume:3} {int(is_on)}\n")

    def amixer(self, *arguments) -> str:
        """Runs the mixer program that comes with ALSA on the card."""
        return subprocess.run(
            ["amixer", "-D", "card", *arguments], env=os.environ | self.env, check=True, capture_output=True,
            text=True).stdout

    def unplug(self):
        (self.flags / "unplugged").touch()

    def plug(self):
        (self.flags / "unplugged").unlink()

    @property
    def played(self) -> "sound.np.ndarray":
        return sound.read(self.file.read_bytes()) if self.file.exists() else sound.read(b"")
