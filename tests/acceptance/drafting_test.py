"""An authority as people make it: drafted from answers or at a terminal, read, signed, checked.

Go's reader of signed notes (golang.org/x/mod/sumdb/note) verifies what both officers signed.
"""
import html.parser
import json
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import tempfile
import unittest

import go_checkers
from signed_site import LONG, SignedSite

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release/bin/proviso").resolve()
DEPS = pathlib.Path(os.environ.get("PROVISO_DEPS", ROOT / ".deps"))
MODELS = DEPS / "models"
PHOTOGRAPH = DEPS / "media" / "carphone_pristine.mp4"


class Page(html.parser.HTMLParser):
    """What a page holds, for a look at its form."""

    VOID = ("meta", "br")

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.open, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes another"

    def handle_data(self, data):
        self.words.append(data)


class Drafting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        held = tempfile.TemporaryDirectory()
        cls.addClassCleanup(held.cleanup)
        cls.folder = pathlib.Path(held.name)
        cls.site = SignedSite(PROGRAM, MODELS, cls.folder)
        draft, cls.sealed = cls.folder / "list.draft", cls.folder / "list.sealed"
        picture = cls.folder / "man.jpg"
        subprocess.run(["ffmpeg", "-v", "error", "-i", PHOTOGRAPH, "-vf", "select=eq(n\\,60)", "-frames:v", "1",
                        picture], check=True)
        for words in (("new", draft, "--models", MODELS),
                      ("add", draft, "man", picture, "--models", MODELS),
                      ("seal", draft, "-o", cls.sealed)):
            done = subprocess.run([PROGRAM, "watchlist", *map(str, words)], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr

    def answers(self, reference: str) -> dict:
        return self.site.answers(self.sealed, {"gate": "clip.mp4"}, reference)

    def rules(self, named, code: int) -> dict:
        """The rules that are not met, by their ids."""
        done = subprocess.run([PROGRAM, "authority", "check", str(named), "--json", "--site", self.site.site],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        checked = json.loads(done.stdout)
        self.assertEqual(checked["met"], code == 0)
        return {rule["rule"]: rule for rule in checked["rules"] if not rule["met"]}

    def test_drafted_signed_twice_and_every_rule_is_met_when_the_second_has_signed(self):
        draft = self.site.draft(self.answers("two-hands"))
        self.assertEqual(list(self.rules(draft, 1)),
                         ["signature-author", "signature-authorising-officer", "authorising-officer"])
        self.site.sign(draft, "jo")
        self.assertEqual(list(self.rules("two-hands", 1)), ["signature-authorising-officer", "authorising-officer"])
        self.site.sign("two-hands", "sam")
        self.assertEqual(self.rules("two-hands", 0), {})
        entries = [line for line in self.site.run("audit", "show", "--json").splitlines() if "two-hands" in line]
        self.assertEqual([json.loads(line)["kind"] for line in entries], ["authority_signed"] * 2)

    def test_a_signature_that_would_not_count_is_refused(self):
        self.site.draft(self.answers("refused"))
        self.site.officer("pat", "superintendent", "authorising-officer")
        self.site.officer("ann", "superintendent", "lfr-operator")
        self.assertIn("needs jo and sam and nobody else", self.site.sign("refused", "pat", code=1))
        self.assertIn("would not count", self.site.sign("refused", "ann", code=1))
        self.site.sign("refused", "jo")
        self.assertIn("signed refused already", self.site.sign("refused", "jo", code=1))
        self.assertIn("no officer", self.site.sign("refused", "eve", code=1))
        self.site.sign("refused", "sam")

    def test_an_edited_authority_is_not_shown_signed_or_met(self):
        self.site.authority(self.sealed, {"gate": "clip.mp4"}, "edited")
        note = self.site.site / "authorities" / "edited.note"
        note.write_text(note.read_text().replace("Market square", "Market sqvare"))
        self.assertEqual(list(self.rules("edited", 1)), ["signed-bytes"])
        self.assertIn("the note was changed", self.site.run("authority", "show", "edited", code=1))
        self.site.sign("edited", "sam", code=1)

    def test_what_the_policy_does_not_allow_is_said_at_the_draft_and_cannot_be_signed(self):
        answers = self.answers("too-low")
        answers["accuracy_report"]["tested_entries"] = 1
        answers["watchlist"]["entries_max"] = 1000
        draft = self.site.draft(answers)
        self.assertIn("accuracy-size", self.rules(draft, 1))
        self.assertIn("draft it again", self.site.sign(draft, "jo", code=1))

    def test_a_copied_answer_is_told(self):
        self.site.authority(self.sealed, {"gate": "clip.mp4"}, "first")
        answers = self.answers("second")
        answers["proportionality"]["aim"] = "A child is missing since Tuesday and may come past the station" + "." * 80
        file = self.folder / "second.json"
        file.write_text(json.dumps(answers))
        done = subprocess.run([PROGRAM, "authority", "draft", "--answers", file, "--models", MODELS, "--site",
                               self.site.site], capture_output=True, text=True, check=True)
        self.assertRegex(done.stderr, "answer on link repeats that of")
        self.assertNotRegex(done.stderr, "answer on aim repeats")

    def test_the_page_is_well_formed_and_loads_nothing(self):
        self.site.authority(self.sealed, {"gate": "clip.mp4"}, "page")
        text = self.site.run("authority", "show", "page", "--html")
        page = Page(text)
        self.assertEqual(page.open, [])
        tags = [tag for tag, _ in page.tags]
        self.assertEqual(tags.count("h1"), 1)
        self.assertFalse({"script", "link", "img", "iframe", "object"} & set(tags))
        self.assertTrue(all(dict(attrs).get("scope") for tag, attrs in page.tags if tag == "th"))
        self.assertFalse(any(name in attrs for _, attrs in page.tags for name in ("src", "href")))
        self.assertIn("Every rule is met.", page.words)

    def test_the_page_shows_what_the_list_consists_of_and_refuses_another_list(self):
        self.site.authority(self.sealed, {"gate": "clip.mp4"}, "composed")
        shown = self.site.run("authority", "show", "composed", "--watchlist", self.sealed)
        self.assertRegex(shown, r"entries +\d+ of at most \d+\n")
        self.assertRegex(shown, r"photographs +\d+ in all; median \d+ an entry")
        self.assertIn("--watchlist", self.site.run("authority", "show", "composed"))
        other = self.folder / "other.sealed"
        other.write_bytes(self.sealed.read_bytes()[:-1])
        self.site.run("authority", "show", "composed", "--watchlist", other, code=1)

    def test_go_verifies_both_signatures(self):
        checker = go_checkers.build("note")
        self.site.authority(self.sealed, {"gate": "clip.mp4"}, "for-go")
        note = (self.site.site / "authorities" / "for-go.note").read_bytes()
        keys = [json.loads(line)["key"] for line in self.site.run("officer", "list", "--json").splitlines()
                if json.loads(line)["officer"] in ("jo", "sam")]

        def verified(given: bytes) -> int:
            return subprocess.run([checker, "verify", *keys], input=given, capture_output=True, check=False).returncode

        self.assertEqual(verified(note), 0)
        self.assertNotEqual(verified(note.replace(b"Market square", b"Market sqvare")), 0)

    def test_the_terminal_asks_for_all_and_what_is_drafted_is_whole(self):
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.execv(PROGRAM, [str(PROGRAM), "authority", "draft", "--models", str(MODELS), "--site",
                               str(self.site.site), "--watchlist", str(self.sealed)])
        shown, asked = "", 0
        while True:
            if not select.select([terminal], [], [], 60)[0]:
                self.fail(f"nothing more came: {shown[-500:]}")
            try:
                data = os.read(terminal, 4096)
            except OSError:
                break
            if not data:
                break
            shown += data.decode(errors="replace")
            if shown.endswith("> "):
                asked += 1
                os.write(terminal, (self.typed(shown.rsplit("\r\n\r\n", 1)[-1]) + "\n").encode())
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0, shown[-2000:])
        self.assertGreater(asked, 25)
        self.assertRegex(shown, r"rules +(\d+) of \1 met")
        self.site.sign("typed", "jo")
        self.site.sign("typed", "sam")
        self.assertEqual(self.rules("typed", 0), {})

    def typed(self, prompt: str) -> str:
        known = {"Reference of the deployment": "typed", "(the author)": "jo", "somebody else": "sam",
                 "corners": "51.4700,-0.4500;51.4700,-0.4490;51.4708,-0.4490", "A sign": "north 51.4712,-0.4495 Lamp",
                 "A camera": "gate=clip.mp4", "notice that told": str(self.folder / "notice"),
                 "When it was published": "2026-01-01T00:00:00Z", "accuracy report": "accuracy",
                 "How many entries": "1000", "Lowest threshold": "450000"}
        for words, answer in known.items():
            if words in prompt:
                return answer
        if "(YYYY-MM-DD)" in prompt:
            return self.answers("x")["documents"]["cia"]["reviewed_on"]
        if (document := re.search(r"File of (\w+)", prompt)):
            return document[1]
        if re.search(r"\n  1  ", prompt):
            return "1"
        if " [" in prompt:
            return ""
        return prompt.splitlines()[0] + LONG if "at least" in prompt else "as written"


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
