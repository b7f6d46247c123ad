"""The command line: `vggviz` or `python -m vggviz`."""

from __future__ import annotations

import atexit
import codecs
import io
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn, TextIO

import click
from click.shell_completion import shell_complete
from tqdm import tqdm

from vggviz._shared.files import home
from vggviz.cli import atlas, dataset, explain, maps, network

HELP = """\
Look inside VGG16, or any Keras convolutional network.

PHOTO is an image file or the name of a sample image (cat, astronaut, coffee, rocket ...). Every command
except weights takes --weights or --model to choose the network. "vggviz COMMAND --help" explains one command.
"""
EXAMPLES = """\
\b
Examples:
  vggviz layers
  vggviz filters --layer block2_conv1 --top 6
  vggviz maps *.jpg --all
  vggviz maps photo.jpg --layer block3_conv2 --top 36
  vggviz cell photo.jpg --layer block3_conv2 --channel 5 --row 20 --column 10
  vggviz stats photos/
  vggviz examples photos/ --layer block3_conv2 --channel 5 9
  vggviz dream block3_conv2:5
  vggviz why photo.jpg --method grad_cam saliency
  vggviz atlas photo.jpg --layer block1_conv1
  vggviz explore photo.jpg
  vggviz weights --check
"""


class Group(click.Group):
    """Lists the commands in the order of their definition."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names of the commands."""
        return list(self.commands)


COMMANDS = Group(
    commands=[
        *(network.print_layers, network.draw_filters, maps.draw_maps, maps.explain_value),
        *(dataset.print_statistics, dataset.draw_examples, explain.draw_visualizations),
        *(explain.explain_class, atlas.make_atlas, maps.write_explorer, network.list_weights),
    ],
    help=HELP,
    epilog=EXAMPLES,
    no_args_is_help=False,
    context_settings={"show_default": True},
)


class LogHandler(logging.Handler):
    """Writes log records to stderr, above a progress bar where there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        tqdm.write(self.format(record), file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; mistakes are one sentence on stderr and SystemExit with status 2."""
    os.environ.setdefault("MPLBACKEND", "agg")
    _set_matplotlib_folder()
    for stream in (sys.stdout, sys.stderr):
        _set_encoding(stream)
    if shell := os.environ.get("_VGGVIZ_COMPLETE"):
        sys.exit(shell_complete(COMMANDS, {}, "vggviz", "_VGGVIZ_COMPLETE", shell))
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with _log_on_stderr(), COMMANDS.make_context("vggviz", arguments) as context:
            COMMANDS.invoke(context)
    except click.exceptions.Exit as end:  # --help
        sys.exit(end.exit_code)
    except click.UsageError as error:
        _refuse_usage(error)
    except BrokenPipeError:  # the reader of a pipe has ended: `vggviz layers | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ValueError, TypeError, OSError) as error:
        _refuse("vggviz", str(error))
    return 0


def _refuse_usage(error: click.UsageError) -> NoReturn:
    sentence, context = error.format_message(), error.ctx
    if context and context.command is COMMANDS and not isinstance(error, click.NoSuchOption):
        sentence = f"{error.message.rstrip('.')}; the commands are {', '.join(COMMANDS.commands)}."
    _refuse(context.command_path if context else "vggviz", sentence)


def _refuse(command: str, sentence: str) -> NoReturn:
    print(f"{command}: {' '.join(sentence.split())}", file=sys.stderr)
    sys.exit(2)


def _set_matplotlib_folder() -> None:
    """Where the home folder cannot be written, matplotlib would choose a folder itself and warn about it."""
    if home() is None and not os.environ.get("MPLCONFIGDIR"):
        folder = tempfile.TemporaryDirectory(prefix="vggviz-matplotlib-")
        os.environ["MPLCONFIGDIR"] = folder.name
        atexit.register(folder.cleanup)


def _set_encoding(stream: TextIO) -> None:
    """UTF-8 where the locale is ASCII, as Python itself does; else "?" for letters that cannot be encoded.

    File names that are not valid in the locale's encoding are written as their bytes.
    """
    if isinstance(stream, io.TextIOWrapper):
        if codecs.lookup(stream.encoding).name in ("ascii", "utf-8"):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
        else:
            stream.reconfigure(errors="replace")


@contextmanager
def _log_on_stderr() -> Iterator[None]:
    """Show the log "vggviz", from level INFO, while a command runs."""
    log, handler = logging.getLogger("vggviz"), LogHandler()
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
