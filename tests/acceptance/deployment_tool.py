"""A started deployment of the acceptance tests, its copies, and clocks that are wrong."""
import datetime
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from clips_test import MEDIA, Site, frame
from site_tool import MODELS, PROGRAM

CLIP = MEDIA / "carphone_pristine.mp4"
FAKETIME = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
FULL = os.environ.get("PROVISO_FULL") == "1"


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def z(time_at: datetime.datetime) -> str:
    return time_at.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def with_clock(offset: str) -> dict:
    """The environment in which the wall clock is off by so much; a file's name: by what it says now."""
    faked = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1", "TZ": "UTC"}
    named = "FAKETIME_TIMESTAMP_FILE" if offset.startswith("/") else "FAKETIME"
    return os.environ | faked | {named: offset}


class Deployment:
    """A started deployment of two cameras, and its copies."""

    def __init__(self, folder: pathlib.Path, cameras: dict):
        photograph = frame(CLIP, 60, "", folder / "man.jpg")
        self.cameras = cameras
        site = Site(folder, {"man": [photograph]}, cameras)
        self.office, self.sealed, self.models, self.environment = site.office, site.sealed, MODELS, None
        self.note = site.authority
        self.source = f"car={CLIP}"

    def copy(self, folder: pathlib.Path) -> "Deployment":
        other = object.__new__(Deployment)
        other.__dict__ |= self.__dict__
        other.office = self.office.copied(pathlib.Path(tempfile.mkdtemp(dir=folder)))
        other.sealed = other.office.folder / "list.sealed"
        shutil.copyfile(self.sealed, other.sealed)
        other.note = other.office.site / "authorities" / self.note.name
        return other

    def words(self, *more) -> list[str]:
        authority = ["--authority", self.note] if self.note else []
        return [str(word) for word in ("watch", self.source, "--site", self.office.site, *authority, "--watchlist",
                                       self.sealed, "--models", self.models, "--json", *more)]

    def begin(self, *more) -> subprocess.Popen:
        return subprocess.Popen([PROGRAM, *self.words(*more)], env=self.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def run(self, until_alert: bool):
        """Exit code, alerts, summary and what was said; a camera's run is interrupted at its first alert."""
        process = self.begin()
        lines = []
        for line in process.stdout:
            lines.append(json.loads(line))
            if until_alert and "alert" in lines[-1]:
                process.send_signal(signal.SIGINT)
                until_alert = False
        said = process.stderr.read()
        process.stderr.close()
        process.stdout.close()
        code = process.wait(timeout=60)
        return code, [line for line in lines if "alert" in line], lines[-1]["summary"], said
