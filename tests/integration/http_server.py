#!/usr/bin/python3
"""A server for tests of the HTTP client, on loopback.

    http_server.py [--certificate PEM --key PEM]

Prints "ready PORT", then answers what is posted by its path until it is killed:

    /echo              200, the body that came, as text/plain
    /status/NNN        NNN, an empty body
    /type              409, text/x.tlog.size, "7\\n"
    /redirect          302 to /echo
    /bytes/N           200 and N bytes
    /endless           200 and bytes without end
    /headers/N         200 and N bytes of headers
    /silent            nothing, ever
    /cut               200, half of what it says
    /seen              200, the headers of the request, a line each
"""
import argparse
import http.server
import ssl
import threading

LINE = b"x" * 1024


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status: int, body: bytes = b"", *headers: tuple[str, str], length: int | None = None):
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body) if length is None else length))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        match self.path.split("/")[1:]:
            case ["echo"]:
                self.answer(200, body, ("Content-Type", "text/plain"))
            case ["status", number]:
                self.answer(int(number))
            case ["type"]:
                self.answer(409, b"7\n", ("Content-Type", "text/x.tlog.size"))
            case ["redirect"]:
                self.answer(302, b"", ("Location", "/echo"))
            case ["bytes", number]:
                self.answer(200, b"x" * int(number))
            case ["endless"]:
                self.send_response(200)
                self.end_headers()
                while True:
                    self.wfile.write(LINE)
            case ["headers", number]:
                self.answer(200, b"", *[("X-Long", "x" * 1000)] * (int(number) // 1000))
            case ["silent"]:
                threading.Event().wait()
            case ["cut"]:
                self.answer(200, b"half", length=8)
                self.close_connection = True
            case ["seen"]:
                self.answer(200, str(self.headers).encode())


parser = argparse.ArgumentParser()
parser.add_argument("--certificate")
parser.add_argument("--key")
given = parser.parse_args()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
if given.certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(given.certificate, given.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.handle_error = lambda *_: None  # A client that hangs up is what many tests want.
print(f"ready {server.server_address[1]}", flush=True)
server.serve_forever()
