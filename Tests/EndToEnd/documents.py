"""Every routes document the project shows, and a program that runs them all through `router check`.

usage: documents.py PROGRAM
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def files() -> list[Path]:
    return [ROOT / "routes.json", *sorted((ROOT / "examples").glob("*.json"))]


def blocks(page: Path, language: str = "json") -> list[tuple[int, str]]:
    """Line and text of every fenced block of that language."""
    found, text, begin = [], [], None
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if begin is None and re.fullmatch(r"\s*```" + language, line.rstrip()):
            begin, text = number + 1, []
        elif begin is not None and line.strip() == "```":
            found.append((begin, "\n".join(text) + "\n"))
            begin = None
        elif begin is not None:
            text.append(line)
    return found


def all_documents() -> list[tuple[str, str]]:
    """Name and text of every document."""
    found = [(str(file.relative_to(ROOT)), file.read_text()) for file in files()]
    for page in pages():
        found += [(f"{page.relative_to(ROOT)}:{line}", text) for line, text in blocks(page)]
    return found


def check(program: str, text: str) -> tuple[int, str]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "routes.json"
        file.write_text(text)
        done = subprocess.run(
            [program, "check", str(file)], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=20)
        return done.returncode, (done.stdout + done.stderr).replace(folder + "/", "")


def main() -> int:
    status = 0
    for name, text in all_documents():
        code, said = check(sys.argv[1], text)
        print(f"{'ok  ' if code == 0 else 'fail'}  {name}")
        if code != 0 or "warning" in said:
            print(said.rstrip())
        status |= code != 0
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
