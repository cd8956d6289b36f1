"""proviso-verify is small, stands on base and safeguards alone, and cannot open a connection."""
import pathlib
import re
import subprocess
import sys
import unittest

PROGRAM = pathlib.Path(sys.argv[1]).resolve() / "proviso-verify"
BYTES_MAX = 3 << 20
LIBRARIES = {"linux-vdso", "ld-linux-x86-64", "libc", "libm", "libstdc++", "libgcc_s", "libsodium", "libtomlplusplus"}
# What opens a connection, starts a program, or loads what was not linked.
CALLS = {"socket", "connect", "getaddrinfo", "gethostbyname", "execve", "execvp", "posix_spawn", "system", "popen",
         "dlopen"}


def said(*words) -> str:
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, check=True).stdout


class Verifier(unittest.TestCase):
    def test_is_under_three_mebibytes(self):
        self.assertLess(PROGRAM.stat().st_size, BYTES_MAX)

    def test_links_what_it_needs_and_nothing_else(self):
        linked = {pathlib.PurePath(name).name.split(".so")[0] for name in re.findall(r"^\s*(\S+\.so\S*)", said("ldd", PROGRAM), re.M)}
        self.assertTrue(linked)
        self.assertLessEqual(linked, LIBRARIES)

    def test_calls_nothing_that_opens_a_connection(self):
        called = {line.split()[-1].split("@")[0] for line in said("nm", "-D", "--undefined-only", PROGRAM).splitlines()}
        self.assertIn("read", called)  # The control: names are seen.
        self.assertEqual(called & CALLS, set())

    def test_says_how_it_is_used(self):
        self.assertIn("proviso-verify log DIR", said(PROGRAM, "--help"))
        self.assertEqual(subprocess.run([PROGRAM], capture_output=True, check=False).returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
