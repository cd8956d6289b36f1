"""A printed sheet of a pinned checkpoint: what a scanner reads from it is the pinned file, byte for byte."""
import pathlib
import re
import subprocess
import tempfile
import unittest

import cv2
import numpy

from site_tool import PROGRAM, Office

MODULE_PX = 8


def printed(page: str) -> numpy.ndarray:
    """The page's drawing as a printer would put it on paper."""
    side = int(re.search(r'viewBox="0 0 (\d+) ', page)[1])
    paper = numpy.full((side, side), 255, numpy.uint8)
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", page):
        paper[int(y), int(x):int(x) + int(run)] = 0
    return cv2.resize(paper, None, fx=MODULE_PX, fy=MODULE_PX, interpolation=cv2.INTER_NEAREST)


class PinSheet(unittest.TestCase):
    def test_a_scanner_reads_the_pinned_checkpoint_and_the_verifier_takes_it(self):
        with tempfile.TemporaryDirectory() as held:
            folder = pathlib.Path(held)
            office = Office.copy(folder)
            kept, sheet = folder / "kept", folder / "kept.html"
            office.run("audit", "pin", kept, "--sheet", sheet)
            page = printed(sheet.read_text())
            # Held nearer and farther, as somebody would: OpenCV does not find every code at every size.
            tries = (cv2.QRCodeDetector().detectAndDecode(cv2.resize(page, None, fx=scale, fy=scale,
                                                                     interpolation=cv2.INTER_AREA))[0]
                     for scale in (1, 0.75, 0.5))
            read = next(filter(None, tries), "")
            self.assertEqual(read.encode(), kept.read_bytes())

            scanned = folder / "scanned"
            scanned.write_text(read)
            verifier, key = PROGRAM.with_name("proviso-verify"), (office.site / "log.vkey").read_text().strip()
            words = [verifier, "log", office.site / "log", "--key", key, "--pinned"]
            self.assertEqual(subprocess.run([*words, scanned], capture_output=True, check=False).returncode, 0)
            scanned.write_text(read.replace("\n", "\n1", 1))  # The control: another size is not what was signed.
            self.assertNotEqual(subprocess.run([*words, scanned], capture_output=True, check=False).returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
