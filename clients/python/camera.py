#!/usr/bin/python3
"""A camera in Python: sends picture files to a station and prints each frame's verdict. Replace `pictures` by your own camera.

Each frame is kept until its answer comes. Where the connection breaks, those without an answer are sent again on the next one; the server may then
have inspected a frame twice, and each inspection has a number of its own. No answer is not good: a part without one has no verdict.
"""
import argparse
import itertools
import os
import pathlib
import sys
import threading
import time

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).parent / "stubs"))
from anomalyline.v1 import frame_pb2, inspection_pb2, inspection_pb2_grpc

PASSING = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.CANCELLED, grpc.StatusCode.ABORTED, grpc.StatusCode.UNKNOWN,
           grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED}


class Outbox:
    """The frames without an answer, oldest first; a camera that is faster than its server waits for a place. Any thread."""

    def __init__(self, most):
        self._frames, self._most, self._is_complete, self._changed = {}, most, False, threading.Condition()

    def add(self, request):
        with self._changed:
            self._changed.wait_for(lambda: len(self._frames) < self._most)
            self._frames[request.request_id] = request
            self._changed.notify_all()

    def complete(self):
        """No more frames come."""
        with self._changed:
            self._is_complete = True
            self._changed.notify_all()

    def take(self, request_id):
        """The answered frame; None where it has been answered before."""
        with self._changed:
            self._changed.notify_all()
            return self._frames.pop(request_id, None)

    def stream(self, ended):
        """What one connection sends: all that have no answer, then what comes, until the connection has ended."""
        last = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: ended.is_set() or self._is_complete or any(number > last for number in self._frames))
                request = next((request for number, request in self._frames.items() if number > last), None)
            if ended.is_set() or request is None:
                return
            last = request.request_id
            yield request

    def wake(self):
        with self._changed:
            self._changed.notify_all()

    @property
    def is_done(self):
        with self._changed:
            return self._is_complete and not self._frames


def pictures(folder, station, rate, count, outbox):
    """The camera: image files in turn. Raw pixels are Frame(width=…, height=…, pixel_format=frame_pb2.PIXEL_FORMAT_MONO8, data=…)."""
    formats = {".png": frame_pb2.PIXEL_FORMAT_PNG, ".jpg": frame_pb2.PIXEL_FORMAT_JPEG, ".jpeg": frame_pb2.PIXEL_FORMAT_JPEG}
    try:
        files = sorted(path for path in pathlib.Path(folder).iterdir() if path.suffix in formats)
        for number, path in enumerate(itertools.islice(itertools.cycle(files), count), start=1):
            request = inspection_pb2.InspectRequest(request_id=number, station=station, part_id=path.stem)
            request.frame.pixel_format, request.frame.data = formats[path.suffix], path.read_bytes()
            request.frame.capture_time.GetCurrentTime()
            outbox.add(request)
            time.sleep(1 / rate)
    finally:
        outbox.complete()


def exchange(channel, key, outbox):
    """One connection, to its end."""
    ended = threading.Event()
    metadata = [("authorization", f"Bearer {key}")] if key else []
    try:
        for answer in inspection_pb2_grpc.InspectionServiceStub(channel).Inspect(outbox.stream(ended), metadata=metadata):
            request = outbox.take(answer.request_id)
            if answer.HasField("error"):
                print(f"{answer.request_id} error {answer.error.code}: {answer.error.message}", flush=True)
            elif request is not None:
                found = answer.inspection
                print(f"{answer.request_id} {request.part_id} #{found.sequence} {inspection_pb2.Verdict.Name(found.verdict)} {found.score:.4g}", flush=True)
    finally:
        ended.set()
        outbox.wake()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--server", default="127.0.0.1:8081", help="host:port of gRPC (%(default)s)")
    options.add_argument("--ca", type=pathlib.Path, help="authority (PEM) of the server's certificate; without it the connection has no TLS")
    options.add_argument("--station", required=True)
    options.add_argument("--folder", required=True, help="PNG and JPEG files; their names are the parts' identities")
    options.add_argument("--rate", type=float, default=10, help="frames a second (%(default)s)")
    options.add_argument("--count", type=int, help="frames in all; the files come in turn (for ever)")
    given = options.parse_args()
    outbox, key, wait = Outbox(most=16), os.environ.get("ANOMALYLINE_KEY"), 0.25
    threading.Thread(target=pictures, args=(given.folder, given.station, given.rate, given.count, outbox), daemon=True).start()
    while not outbox.is_done:
        credentials = given.ca and grpc.ssl_channel_credentials(given.ca.read_bytes())
        # A server that vanished without a word is noticed after some seconds instead of never.
        alive = [("grpc.keepalive_time_ms", 5000), ("grpc.keepalive_timeout_ms", 5000), ("grpc.http2.max_pings_without_data", 0)]
        try:
            with (grpc.secure_channel(given.server, credentials, alive) if credentials else grpc.insecure_channel(given.server, alive)) as channel:
                exchange(channel, key, outbox)
                wait = 0.25
        except grpc.RpcError as failure:
            trailers = dict(failure.trailing_metadata() or ())
            if failure.code() not in PASSING or trailers.get("error-code") == "message-too-large":
                sys.exit(f"{failure.code().name}: {failure.details()}")
            print(f"{failure.code().name}: {failure.details()} Trying again in {wait} s.", file=sys.stderr, flush=True)
            time.sleep(wait)
            wait = min(2 * wait, 5)


main()
