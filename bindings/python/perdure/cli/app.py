"""The commands put together, and how each way of ending becomes an exit code."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from textwrap import shorten
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from . import check, demo, evaluate, explain, fit, forecast, options, plan
from .output import mute_stdout

DONE, INTERNAL_ERROR, BAD_INPUT, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143
LONGEST_FAULT = 300

app = typer.Typer(
    name="perdure",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (demo.demo, check.check, fit.fit, evaluate.evaluate, forecast.forecast, plan.plan, explain.explain):
    app.command()(command)


def _version(wanted: bool) -> None:
    if wanted:
        import perdure

        typer.echo(f"perdure {perdure.__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def perdure(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep what a course taught: learn how a cohort forgets, predict what it still knows, plan the next quizzes.

    Start with `perdure demo`. Exit codes: 0 done, 2 bad input, 130 interrupted.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


class _Signals:
    """Ctrl-C and SIGTERM as exceptions, remembered: a library in between may turn the exception into another one."""

    def __init__(self) -> None:
        self.code: int | None = None

    def __enter__(self) -> _Signals:
        self._before = {}
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._arrived)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _arrived(self, number: int, _: FrameType | None) -> None:
        self.code = INTERRUPTED if number == signal.SIGINT else TERMINATED
        raise KeyboardInterrupt


def run(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit code; prints what went wrong, in one line, to stderr."""
    as_json = "--json" in arguments
    with _Signals() as signals:
        try:
            code = app(args=list(arguments), prog_name="perdure", standalone_mode=False)
            if signals.code is None:
                return code if isinstance(code, int) else DONE
        except KeyboardInterrupt:
            signals.code = signals.code or INTERRUPTED
        except Exception as error:
            if signals.code is None:
                return _explain(error, as_json)
        _complain({"kind": "interrupted", "message": "interrupted; nothing half-written is left"}, as_json)
        return signals.code or INTERRUPTED


def _explain(error: Exception, as_json: bool) -> int:
    """The exit code of an error, its message printed."""
    from perdure.errors import InputError, PerdureError

    if isinstance(error, typer.Abort):
        _complain({"kind": "interrupted", "message": "interrupted; nothing half-written is left"}, as_json)
        return INTERRUPTED
    if isinstance(error, InputError):
        names = ("source", "row", "column", "value", "expected")
        facts = {name: getattr(error, name, None) for name in names}
        _complain({"kind": "input", "message": str(error), **facts}, as_json)
        return BAD_INPUT
    if hasattr(error, "format_message"):  # typer's usage errors, whichever click they come from
        _complain({"kind": "usage", **_usage(error)}, as_json)
        return BAD_INPUT
    if isinstance(error, PerdureError | OSError):
        _complain(
            {"kind": "input", "message": _os_message(error) if isinstance(error, OSError) else str(error)}, as_json
        )
        return BAD_INPUT
    if "PERDURE_TRACEBACK" in os.environ:
        traceback.print_exc()
    what = shorten(f"{type(error).__name__}: {error}", LONGEST_FAULT, placeholder=" ...")
    hint = "this is a fault of perdure, please report it; PERDURE_TRACEBACK=1 shows where"
    _complain({"kind": "internal", "message": f"{what} ({hint})"}, as_json)
    return INTERNAL_ERROR


def _usage(error: Any) -> dict[str, Any]:
    """What a wrong command line is told."""
    from perdure.errors import InputError

    param = getattr(error, "param", None)
    option = getattr(error, "option_name", None)
    if param is not None:
        option = param.metavar if param.param_type_name == "argument" else max(param.opts, key=len)
    if isinstance(error, options.BadValue):
        told = str(InputError(error.problem, source=option, value=error.value, expected=error.expected))
        return {"message": told, "source": option, "value": error.value, "expected": error.expected}
    path = getattr(getattr(error, "ctx", None), "command_path", "perdure")
    return {"message": f"{error.format_message().rstrip('.')}. Try `{path} --help`.", "source": option}


def _os_message(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{(error.strerror or str(error)).lower()}"


def _complain(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        from .plain import plain

        print(json.dumps({"error": plain(facts)}), file=sys.stderr)
        return
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print("error:" if facts["kind"] != "interrupted" else "perdure:", style="bold red", end=" ")
    console.print(facts["message"], markup=False, emoji=False)


def main() -> NoReturn:
    """Entry point of the command `perdure`."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a name that the terminal cannot show must not end a command
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        mute_stdout()
    except KeyboardInterrupt:  # between two commands of this function, where nothing is being written
        code = INTERRUPTED
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the work is done: Ctrl-C while Python shuts down changes nothing
    sys.exit(code)
