#!/usr/bin/env python3
"""Holds documents and sizes. Prints each dead link, unnamed folder and overlong file.

- a link in a Markdown file to a file of the repository must lead somewhere
- every folder of src/ is named in ARCHITECTURE.md
- a header has at most 150 lines, any other source file 500 (functions: 70, by clang-tidy)
"""
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
LINES_MAX = {".h": 150, ".cpp": 500, ".py": 500}


def tracked() -> list[pathlib.Path]:
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "-co", "--exclude-standard"],
                            capture_output=True, text=True, check=True).stdout
    return [path for name in sorted(listed.split("\0")) if name and (path := root / name).is_file()]


def dead_links(file: pathlib.Path, text: str) -> list[str]:
    links = (link for link in LINK.findall(text) if not re.match(r"[a-z]+:", link))
    return [f"dead link {link}" for link in links if not (file.parent / link).exists()]


def too_long(file: pathlib.Path, text: str) -> list[str]:
    lines, lines_max = text.count("\n"), LINES_MAX[file.suffix]
    return [f"{lines} lines, at most {lines_max}"] if lines > lines_max else []


def unnamed_folders() -> list[str]:
    architecture = (root / "ARCHITECTURE.md").read_text()
    folders = sorted({"/".join(path.relative_to(root).parts[:3]) for path in (root / "src").rglob("*.[hc]*")})
    return [f"ARCHITECTURE.md: does not name {folder}" for folder in folders if f"`{folder}`" not in architecture]


faults = unnamed_folders()
for file in tracked():
    if file.suffix == ".md":
        found = dead_links(file, file.read_text())
    elif file.suffix in LINES_MAX:
        found = too_long(file, file.read_text())
    else:
        continue
    faults += [f"{file.relative_to(root)}: {fault}" for fault in found]
print("\n".join(faults), end="\n" if faults else "")
sys.exit(bool(faults))
