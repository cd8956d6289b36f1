"""Imports of what somebody made to break them: each fault is named, memory stays bounded, nothing is half stored."""
import io
import json
import os
import pathlib
import struct
import subprocess
import tempfile
import time
import unittest
import warnings
import zipfile
import zlib

from site_tool import MODELS, PROGRAM
from vault_tool import IMAGE, VaultTest, body

LIMIT_MIB = 512
GOOD = ["good", "good-png"]
REFUSED_S_MAX = 5  # Of what is refused before models are opened; the machine may be busy.
ROW_BYTES = b"PK\x01\x02"  # Of a zip's directory.


def comments(jpeg: bytes, count: int) -> bytes:
    return jpeg[:2] + b"\xff\xfe\x00\x03x" * count + jpeg[2:]


def declared(jpeg: bytes, width: int, height: int) -> bytes:
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4:]


def scans(jpeg: bytes, count: int) -> bytes:
    scan = jpeg[jpeg.index(b"\xff\xda"):-2]
    return jpeg[:-2] + scan * count + jpeg[-2:]


def zipped(files: dict, method=zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(held, "w", method) as archive:
        warnings.simplefilter("ignore")  # Of names that stand twice.
        for name, content in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, content)
    return held.getvalue()


def changed(archive: bytes, name: str, offset: int, form: str, *values) -> bytes:
    """The archive with fields of its directory's row of `name` overwritten."""
    at = archive.rindex(name.encode()) - 46
    assert archive[at:at + 4] == ROW_BYTES
    packed = struct.pack("<" + form, *values)
    return archive[:at + offset] + packed + archive[at + offset + len(packed):]


def overlapping(content: bytes, files: int) -> bytes:
    """Many rows of a directory that all name one packed file."""
    one = zipped({"0000.json": content})
    at = one.index(ROW_BYTES)
    row = one[at:one.index(b"PK\x05\x06")]
    rows = b"".join(row.replace(b"0000.json", b"%04d.json" % number) for number in range(files))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, files, files, len(rows), at, 0)
    return one[:at] + rows + end


class HostileImport(VaultTest):
    def setUp(self):
        super().setUp()
        self.good = self.photograph.read_bytes()

    def imports(self, source, *words) -> tuple[int, list[dict], str]:
        """Exit code, the report's lines and what was said; within the memory that is claimed."""
        command = [PROGRAM, "vault", "import", source, "--models", MODELS, "--json", *words, "--site", self.office.site,
                   "--as", "mia", "--unlock", self.unlock, "--passphrase-file", self.office.passphrase]
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
            process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=out, stderr=said,
                                       start_new_session=True)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            said.seek(0)
            rows = [json.loads(line) for line in out.read().splitlines()]
            message = said.read().decode()
        mib = used.ru_maxrss / 1024
        print(f"{source.name}: {len(rows)} rows, {mib:.0f} MiB", flush=True)
        self.assertLess(mib, LIMIT_MIB, source)
        self.assertIn(process.returncode, (0, 1), message)
        return process.returncode, rows, message

    def written(self, name: str, content: bytes) -> pathlib.Path:
        file = self.folder / name
        file.write_bytes(content)
        return file

    def is_refused(self, source: pathlib.Path, why: str):
        begun = time.monotonic()
        code, rows, said = self.imports(source)
        self.assertLess(time.monotonic() - begun, REFUSED_S_MAX, source)
        self.assertEqual((code, rows), (1, []), source)
        self.assertIn(why, said)

    def photographs(self) -> dict[str, tuple[bytes, str]]:
        """Of each entry its photograph, and what the report must say of it."""
        flat = self.folder / "flat.jpg"
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "color=size=10000x10000:rate=1", "-frames:v", "1",
                        flat], check=True)
        seen, half = self.folder / "seen.png", "format=rgba,colorchannelmixer=aa=0.5"
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", self.photograph, self.folder / "face.png"], check=True)
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", self.photograph, "-vf", half, seen], check=True)
        face = (self.folder / "face.png").read_bytes()
        header = b"IHDR" + struct.pack(">LL", 10_000, 10_000) + face[24:29]
        return {
            "empty": (b"", "the photograph is empty"),
            "text": (b"this is a photograph, believe me", "not a JPEG photograph"),
            "gif": (b"GIF89a" + bytes(100), "not a JPEG photograph"),
            "png-cut": (face[:len(face) // 2], "damaged or cut off"),
            "png-declared": (face[:12] + header + struct.pack(">L", zlib.crc32(header)) + face[33:],
                             "has 100000000 pixels, at most 25000000"),
            "png-not-opaque": (seen.read_bytes(), "not opaque"),
            "declared": (declared(self.good, 10_000, 10_000), "has 100000000 pixels, at most 25000000"),
            "largest": (declared(self.good, 65_535, 65_535), "pixels, at most"),
            "hundred-megapixels": (flat.read_bytes(), "has 100000000 pixels, at most 25000000"),
            "markers": (comments(self.good, 10_000), "markers or more, at most 4096"),
            "scans": (scans(self.good, 300), "scans or more, at most 256"),
            "cut": (self.good[:len(self.good) // 2], "cut off"),
            "damaged": (self.good[:len(self.good) // 2] + self.good[-2:], "damaged"),
            "heavy": (self.good + bytes(16 << 20), "bytes"),
            "sizes": (declared(self.good, 4_999, 4_999), "damaged"),
        }

    def test_each_photograph_that_was_made_to_break_it_is_named_and_the_good_one_is_stored(self):
        people = self.photographs()
        people["good"] = (self.good, "")
        people["good-png"] = ((self.folder / "face.png").read_bytes(), "")
        requests = [body(entry, images=[IMAGE | {"file": f"pictures/{entry}.jpg"}]) for entry in people]
        requests += [body("nobody", images=[IMAGE | {"file": "pictures/nobody.jpg"}]),
                     body("upwards", images=[IMAGE | {"file": "../good.jpg"}]),
                     body("root", images=[IMAGE | {"file": "/etc/hostname"}]),
                     body("terminal", images=[IMAGE | {"file": "\x1b[2J.jpg"}]),
                     body("many", images=[IMAGE | {"file": "pictures/good.jpg"}] * 65)]
        expected = {entry: why for entry, (_, why) in people.items()} | {
            "nobody": "nobody.jpg", "upwards": "not below", "root": "not below", "terminal": "cannot be shown",
            "many": "images is no array of 1 to 64"}
        files = {f"{request['id']}.json": json.dumps(request).encode() for request in requests}
        files["broken.json"] = b'{"id": "broken", '
        files |= {f"pictures/{entry}.jpg": photograph for entry, (photograph, _) in people.items()}
        folder = self.folder / "requests"
        (folder / "pictures").mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)

        code, rows, said = self.imports(folder)
        self.assertEqual(code, 1)
        self.assertIn(f"{len(expected) + 1 - len(GOOD)} requests are faulty", said)
        self.assertEqual(self.listed(), {}, "all or nothing")
        told = {row["request"].removesuffix(".json"): row for row in rows}
        self.assertEqual(told.keys(), expected.keys() | {"broken"})
        self.assertEqual(sorted(name for name, row in told.items() if row["standing"] == "new"), GOOD, "the controls")
        for entry, why in (expected | {"broken": "must be JSON"}).items():
            self.assertIn(why, told[entry]["why"], entry)

        archive = self.written("requests.zip", zipped(files, zipfile.ZIP_STORED))
        code, rows, _ = self.imports(archive, "--skip-faulty")
        self.assertEqual(code, 1)
        self.assertEqual({row["request"]: row["standing"] for row in rows},
                         {row["request"]: row["standing"] for row in told.values()}, "the zip is as the folder")
        self.assertEqual(sorted(self.listed()), GOOD, "the good ones alone")

    def test_a_zip_that_was_made_to_break_it_is_refused_whole_before_it_is_unpacked(self):
        honest = {"w-1.json": json.dumps(body("w-1")), "man.jpg": self.good}
        link = zipfile.ZipInfo("link.jpg")
        link.external_attr = 0o120777 << 16
        cases = {
            "bomb": (zipped(honest | {"bomb.jpg": bytes(16 << 20)}), '"bomb.jpg": it unpacks from'),
            "overlapping": (overlapping(os.urandom(1 << 20), 5000), '"0001.json": it lies in another file'),
            "overlapping bombs": (overlapping(bytes(16 << 20), 5000), '"0000.json": it unpacks from'),
            "large": (changed(zipped(honest), "man.jpg", 24, "L", 0xFFFFFFF0), '"man.jpg": it has 4294967280 bytes unpacked'),
            "outside": (changed(zipped(honest), "man.jpg", 20, "L", 0xFFFFFFF0), '"man.jpg": it lies in another file'),
            "upwards": (zipped(honest | {"../man.jpg": self.good}), '"../man.jpg": its path is not a plain one'),
            "absolute": (zipped(honest | {"/etc/man.jpg": self.good}), "its path is absolute"),
            "backslash": (zipped(honest | {"..\\man.jpg": self.good}), "has a backslash"),
            "drive": (zipped(honest | {"C:man.jpg": self.good}), "names a drive"),
            "long": (zipped(honest | {"a" * 256: self.good}), "its name has 256 bytes, at most 255"),
            "doubled": (zipped([*honest.items(), ("man.jpg", self.good)]), '"man.jpg": two files have this name'),
            "link": (zipped([*honest.items(), (link, "/etc/hostname")]), '"link.jpg": it is a link'),
            "encrypted": (changed(zipped(honest), "man.jpg", 8, "H", 1), '"man.jpg": it is encrypted'),
            "lzma": (zipped(honest, zipfile.ZIP_LZMA), "packed by method 14"),
            "many": (zipped([(f"{number}.jpg", b"") for number in range(100_001)], zipfile.ZIP_STORED),
                     "has 100001 files, at most 100000"),
            "nested": (zipped({"inner.zip": zipped(honest)}), "found 0 and 0"),
            "both": (zipped(honest | {"people.csv": "id\n"}), "found 1 and 1"),
            "cut": (zipped(honest)[:-30], "is no zip"),
            "text": (b"PK but no zip", "is no zip"),
            "empty": (b"", "is empty"),
        }
        for name, (content, why) in cases.items():
            with self.subTest(name):
                self.is_refused(self.written(f"{name}.zip", content), why)
        for name, claimed in (("shorter", len(self.good) - 1), ("longer", len(self.good) + 1)):
            with self.subTest(name):
                lying = changed(zipped(honest), "man.jpg", 24, "L", claimed)
                code, rows, _ = self.imports(self.written(f"{name}.zip", lying))
                self.assertEqual((code, [row["standing"] for row in rows]), (1, ["faulty"]))
                self.assertIn("another size than the zip says", rows[0]["why"])
        self.assertEqual(self.listed(), {})
        code, rows, said = self.imports(self.written("honest.zip", zipped(honest)))
        self.assertEqual((code, [row["standing"] for row in rows]), (0, ["new"]), f"the control: {said}")
        self.assertEqual(list(self.listed()), ["w-1"])

    def test_a_table_names_its_faulty_rows_and_one_that_cannot_be_read_is_refused_whole(self):
        self.written("man.jpg", self.good)
        good = body("good")
        image = good.pop("images")[0]
        columns = [*good, *image, "revision"]

        def row(**changes) -> bytes:
            cells = good | image | {"revision": "1"} | changes
            return ",".join(f'"{cells[column]}"' for column in columns).encode("latin-1") + b"\n"

        header = ",".join(columns).encode() + b"\n"
        whole = {
            "open": (header + row() + b'"never closed', "row 3: a quote that is not closed"),
            "stray": (header + row() + b'a"b\n', "row 3: a stray quote"),
            "unknown": (b"id,colour\nw-1,red\n", 'no column "colour"'),
            "binary": (bytes(range(256)) * 256, "people.csv: CSV: row 2: a stray quote"),
            "zeros": (bytes(1 << 20), "row 1: a field of 1048576 bytes"),
            "long": (header + row(reason="a" * (1 << 20)), "row 2: a field of 1048576 bytes"),
            "wide": (b"," * 100_000, "more fields than 21"),
            "many": (b"id\n" + b"w\n" * 20_001, "more than 20000 rows"),
            "large": (bytes((64 << 20) + 1), "at most 67108864"),
        }
        for name, (content, why) in whole.items():
            with self.subTest(name):
                self.is_refused(self.written("people.csv", content), why)
        faulty = [(row(id="latin", label="Zo\xeb"), "row 3: label is no UTF-8"),
                  (row(id="number", revision=2**53), "row 4: revision is a whole number"),
                  (row(id=""), "row 5: its id is empty"),
                  (b"short,row\n", f"row 6: 2 fields, the header has {len(columns)}"),
                  (row(id="../../etc"), "id"),
                  (row(id="sister") + row(id="sister", label="Another"), "row 9: its label is another"),
                  (row(id="bidi", label="Alex\u202e".encode().decode("latin-1")), "label")]
        table = self.written("people.csv", header + row() + b"".join(line for line, _ in faulty))
        code, rows, _ = self.imports(table)
        self.assertEqual(code, 1)
        self.assertEqual([row["standing"] for row in rows], ["new"] + ["faulty"] * len(faulty))
        for told, (_, why) in zip(rows[1:], faulty):
            self.assertIn(why, told["why"])
        self.assertEqual(self.listed(), {})
        self.imports(table, "--skip-faulty")
        self.assertEqual(list(self.listed()), ["good"], "the control")

    def test_an_array_of_the_most_requests_and_members_stays_within_the_memory(self):
        many = self.written("many.json", b"[" + b",".join([b'{"' + b'":1,"'.join(b"a%d" % field for field in range(23)) +
                                                            b'":1}'] * 20_000) + b"]")
        code, rows, said = self.imports(many)
        self.assertEqual((code, len(rows)), (1, 20_000), said)
        self.assertIn("fields are missing", rows[0]["why"])
        self.is_refused(self.written("one_more.json", b"[" + b"0," * 20_000 + b"0]"), "at most 20000 requests")
        self.is_refused(self.written("members.json", b"[[" + b"0," * 1_000_000 + b"0]]"), "at most 480000")
        self.is_refused(self.written("deep.json", b"[" * 1_000_000), "levels may be nested")


if __name__ == "__main__":
    unittest.main(verbosity=2)
