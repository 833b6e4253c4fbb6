"""A program that runs in a container: real ones as processes of this machine, others as a function of their input."""

import contextlib
import os
import selectors
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence

OUT, ERR = 1, 2
KILLED = 137
NOT_FOUND = 127
CHUNK = 1 << 16

Frame = tuple[int, bytes]


class Running:
    """Its output so far, how it ended, and its input. It may be attached to before it is started."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._changed = threading.Condition()
        self._program: subprocess.Popen[bytes] | None = None
        self._answer: Callable[[str], str] | None = None
        self._input = b""
        self.code: int | None = None
        self.ended = threading.Event()

    def write(self, stream: int, chunk: bytes) -> None:
        with self._changed:
            self._frames.append((stream, chunk))
            self._changed.notify_all()

    def end(self, code: int) -> None:
        with self._changed:
            if self.code is None:
                self.code = code
            self.ended.set()
            self._changed.notify_all()

    def frames(self, first: int, seconds: float) -> list[Frame]:
        """What came from that frame on; waits that long for the first of them, or for the end."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._frames) > first or self.ended.is_set(), seconds)
            return self._frames[first:]

    def start(self, command: Sequence[str], environment: Mapping[str, str], *, stdin: bool) -> None:
        """As a process group of its own, so that it can be ended with all that it started."""
        try:
            self._program = subprocess.Popen(  # noqa: S603 -- what the API was asked to run, by who has its certificate
                command,
                env=environment,
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError:
            failed = "OCI runtime exec failed: exec failed: unable to start container process: exec:"
            self.write(OUT, f'{failed} "{command[0]}": executable file not found in $PATH: unknown\r\n'.encode())
            self.end(NOT_FOUND)
            return
        threading.Thread(target=self._collect, args=(self._program,), daemon=True).start()

    def start_answering(self, answer: Callable[[str], str]) -> None:
        """It reads all of its input, answers it, and ends: 1 and the reason on stderr if it raises ValueError."""
        self._answer = answer

    def _collect(self, program: subprocess.Popen[bytes]) -> None:
        with selectors.DefaultSelector() as selector:
            for stream, pipe in ((OUT, program.stdout), (ERR, program.stderr)):
                if pipe is not None:
                    selector.register(pipe, selectors.EVENT_READ, stream)
            while selector.get_map():
                for key, _ in selector.select():
                    chunk = os.read(key.fd, CHUNK)
                    if chunk:
                        self.write(key.data, chunk)
                    else:
                        selector.unregister(key.fileobj)
        code = program.wait()
        for pipe in (program.stdout, program.stderr, program.stdin):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self.end(code if code >= 0 else 128 - code)

    def feed(self, chunk: bytes) -> None:
        if self._answer is not None:
            self._input += chunk
        elif self._program is not None and self._program.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._program.stdin.write(chunk)
                self._program.stdin.flush()

    def end_of_input(self) -> None:
        if self._answer is not None:
            answer, self._answer = self._answer, None
            try:
                self.write(OUT, answer(self._input.decode("utf-8", "replace")).encode())
                self.end(0)
            except ValueError as wrong:
                self.write(ERR, f"{wrong}\n".encode())
                self.end(1)
        elif self._program is not None and self._program.stdin is not None:
            with contextlib.suppress(OSError):
                self._program.stdin.close()

    def kill(self) -> None:
        """End it and all that it started."""
        if self._program is not None and self._program.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._program.pid, signal.SIGKILL)
        self.end(KILLED)
