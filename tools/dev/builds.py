"""Configures and builds the presets of CMakePresets.json."""
import pathlib

from steps import DEPS, ROOT, Failed, run, step


NAMED_MAX = 3  # More are counted.


def folder(preset: str) -> pathlib.Path:
    return ROOT / "build" / preset


def log(preset: str) -> pathlib.Path:
    return DEPS / "logs" / f"build-{preset}.log"


def is_configured(preset: str, *options: str) -> bool:
    cache = folder(preset) / "CMakeCache.txt"
    if not (folder(preset) / "build.ninja").exists():
        return False
    lines = cache.read_text().splitlines()
    return all(option.replace("=", ":BOOL=") in lines for option in options)


def configure(preset: str, *options: str) -> None:
    """Configures `preset` if it is not; `options` are NAME=ON or NAME=OFF."""
    if not is_configured(preset, *options):
        log(preset).unlink(missing_ok=True)
        run("cmake", "--preset", preset, *(f"-D{option}" for option in options), log=log(preset))


def build(preset: str, *targets: str) -> None:
    named = f"{len(targets)} programs" if len(targets) > NAMED_MAX else ", ".join(targets)
    with step(f"build {preset}" + (f" ({named})" if targets else ""), log(preset)):
        chosen = ["--target", *targets] if targets else []
        try:
            run("cmake", "--build", "--preset", preset, *chosen, log=log(preset))
        except Failed as failure:
            raise Failed(f"the {preset} build failed: {failure}") from None

