#!/usr/bin/python3
"""A camera for tests: GStreamer's RTSP server on loopback.

    rtsp_server.py [--clip FILE] [--port N] [--certificate PEM --key PEM]

Serves /clip (the H.264 of an MP4 file, once), /live (a moving picture with a clock, without end) and
/audio (a tone) on several ports, and prints a line for each, then "ready":

    plain PORT      to anybody (on port N, if given)
    digest PORT     to officer:secret, by digest authentication
    basic PORT      to officer:secret, by basic authentication
    tls PORT        to anybody, over TLS with the certificate

Runs on Debian's own Python (gir1.2-gst-rtsp-server-1.0) until it is killed.
"""
import argparse
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

USER, PASSWORD, ANYBODY = "officer", "secret", "anybody"
LIVE = ("( videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=25/1"
        " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=12"
        " ! rtph264pay name=pay0 config-interval=-1 )")
AUDIO = "( audiotestsrc is-live=true ! audioconvert ! mulawenc ! rtppcmupay name=pay0 )"


def clip(path: str) -> str:
    return f'( filesrc location="{path}" ! qtdemux ! h264parse ! rtph264pay name=pay0 config-interval=-1 )'


def token_for(role: str) -> GstRtspServer.RTSPToken:
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", role)
    return token


def factory_of(pipeline: str) -> GstRtspServer.RTSPMediaFactory:
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(pipeline)
    factory.set_shared(False)
    permissions = GstRtspServer.RTSPPermissions()
    for role in (USER, ANYBODY):
        permissions.add_permission_for_role(role, "media.factory.access", True)
        permissions.add_permission_for_role(role, "media.factory.construct", True)
    factory.set_permissions(permissions)
    return factory


def serve(name: str, pipelines: dict[str, str], auth: GstRtspServer.RTSPAuth | None, port: int = 0):
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(port))
    for path, pipeline in pipelines.items():
        server.get_mount_points().add_factory(path, factory_of(pipeline))
    if auth:
        server.set_auth(auth)
    if server.attach(None) == 0:
        sys.exit(f"no port for {name}")
    print(name, server.get_bound_port(), flush=True)
    return server


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--clip")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--certificate")
    options.add_argument("--key")
    chosen = options.parse_args()
    Gst.init(None)
    pipelines = {"/live": LIVE, "/audio": AUDIO}
    if chosen.clip:
        pipelines["/clip"] = clip(chosen.clip)

    digest = GstRtspServer.RTSPAuth()
    digest.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    digest.add_digest(USER, PASSWORD, token_for(USER))
    basic = GstRtspServer.RTSPAuth()
    basic.add_basic(GstRtspServer.RTSPAuth.make_basic(USER, PASSWORD), token_for(USER))
    servers = [serve("plain", pipelines, None, chosen.port), serve("digest", pipelines, digest),
               serve("basic", pipelines, basic)]
    if chosen.certificate:
        tls = GstRtspServer.RTSPAuth()
        tls.set_tls_certificate(Gio.TlsCertificate.new_from_files(chosen.certificate, chosen.key))
        tls.set_default_token(token_for(ANYBODY))
        servers.append(serve("tls", pipelines, tls))
    print("ready", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
