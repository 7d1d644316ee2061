"""`nabo`: the commands. Imports of the heavy parts wait until a command needs them, so that
`nabo --help` and a mistyped option answer at once."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import click

from index.errors import NaboError, QueryError
from index.paths import default_library
from nabo.cli.terminal import printable, say

_library = click.option(
    "--library",
    "-l",
    type=click.Path(path_type=Path),
    default=default_library,
    show_default="NABO_LIBRARY, else library/ in the project's folder",
    help="Folder of the library.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def _values(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """`--country NO,DK --country SE` → ("NO", "DK", "SE")."""
    return tuple(part.strip() for value in given for part in value.split(",") if part.strip())


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="nabo", prog_name="nabo")
def nabo() -> None:
    """Ask in one Nordic language, find what neighbouring municipalities wrote in three."""


@nabo.command()
@click.argument("sources", nargs=-1, metavar="SOURCE…")
@_library
@click.option(
    "--encoder", help="Name or path of a sentence-transformers model instead of the bundled one."
)
@click.option("--rebuild", is_flag=True, help="Read and embed everything anew.")
@_json
def index(
    sources: tuple[str, ...], library: Path, encoder: str | None, rebuild: bool, as_json: bool
) -> None:
    """Read files and folders into a library, or bring it up to date with them.

    Reads .txt .md .html .pdf .docx, and tables of ready-made passages: .csv .jsonl .xlsx. A
    plans.csv beside the files may say what they are (file, title, municipality, country, year,
    type, url).
    """
    if not sources and not rebuild:
        raise click.UsageError("Name at least one file or folder, e.g.: nabo index plans/")
    from tqdm import tqdm

    from index.builder import build
    from nabo.cli.output import print_report

    with tqdm(unit="file", disable=as_json or not sys.stderr.isatty(), leave=False) as bar:

        def show(done: int, total: int, name: str) -> None:
            bar.total = total
            bar.n = done
            bar.set_description_str(printable(Path(name).name)[:40], refresh=False)
            bar.refresh()

        report = build(sources, library, encoder=encoder, rebuild=rebuild, progress=show)
    print_report(report, as_json)
    if not report.plans:
        sys.exit(1)


@nabo.command()
@click.argument("query", required=False)
@click.option(
    "--queries",
    type=click.Path(path_type=Path, allow_dash=True),
    help="File with one question a line ('-': standard input); prints one JSON object a line.",
)
@_library
@click.option("-k", default=10, show_default=True, help="How many hits.")
@click.option("--country", multiple=True, callback=_values, help="NO, DK, SE; several with commas.")
@click.option("--language", multiple=True, callback=_values, help="nb, nn, da, sv, en, other.")
@click.option("--municipality", multiple=True, callback=_values, help="E.g. Larvik,Silkeborg.")
@click.option(
    "--kind", multiple=True, callback=_values, help="vision, goal, measure, indicator, context."
)
@click.option("--year", help="A year or a range: 2020, 2015-2024, 2015-.")
@click.option("--plan", multiple=True, help="A plan's path, file name or title.")
@_json
def search(
    query: str | None,
    queries: Path | None,
    library: Path,
    k: int,
    country: tuple[str, ...],
    language: tuple[str, ...],
    municipality: tuple[str, ...],
    kind: tuple[str, ...],
    year: str | None,
    plan: tuple[str, ...],
    as_json: bool,
) -> None:
    """Find the passages that answer a QUERY in any language; "quoted phrases" must occur."""
    if (query is None) == (queries is None):
        raise click.UsageError("Give either one QUERY or --queries FILE")
    from search.filters import Filters, parse_years

    filters = Filters(
        country=tuple(value.upper() for value in country),
        language=tuple(value.lower() for value in language),
        municipality=municipality,
        kind=tuple(value.lower() for value in kind),
        plan=plan,
        years=parse_years(year) if year else (None, None),
    )
    if k < 1:
        raise QueryError(f"-k is {k}; ask for at least 1 hit")
    from index.library import Library
    from nabo.cli.output import print_hits
    from search.engine import SearchEngine
    from search.question import parse_question

    if query is not None:
        query = parse_question(query).text
    engine = SearchEngine(Library.open(library))
    if query is not None:
        print_hits(engine, query, engine.search(query, k, filters), filters, as_json)
        return
    assert queries is not None
    failed = 0
    for question in _lines(queries):
        answer: dict[str, Any] = {"query": question, "hits": []}
        try:
            answer["hits"] = [hit.as_dict() for hit in engine.search(question, k, filters)]
        except QueryError as error:
            answer["error"] = str(error)
            failed += 1
        click.echo(json.dumps(answer, ensure_ascii=False))
    if failed:
        click.echo(f'{failed} of the questions could not be searched; see "error"', err=True)


def _lines(path: Path) -> list[str]:
    name = "standard input" if str(path) == "-" else str(path)
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise QueryError(f"{name} cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise QueryError(
            f"{name} is not UTF-8 text (byte {error.start}); save it as UTF-8"
        ) from error
    # Not splitlines(): a page break or a Unicode line separator does not end a question.
    lines = re.split(r"\r\n|\n|\r", text)
    return lines if lines[-1] else lines[:-1]


@nabo.command()
@_library
@_json
def info(library: Path, as_json: bool) -> None:
    """Show what a library holds, what could not be read, and which encoder it uses."""
    from index.library import Library
    from nabo.cli.output import print_info

    print_info(Library.open(library), as_json)


@nabo.command()
@_library
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8501,
    show_default=True,
    help="Port on this machine.",
)
@click.option("--open/--no-open", "open_browser", default=False, help="Open a browser as well.")
def serve(library: Path, port: int, open_browser: bool) -> None:
    """Serve the app on http://localhost:PORT, for this machine only."""
    import socket
    import subprocess

    from index.paths import PROJECT

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise NaboError(
                f"Port {port} cannot be used ({error}). Choose another with --port"
            ) from error
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(PROJECT / "app.py")),
        *("--server.port", str(port), "--server.address", "localhost"),
        *("--server.headless", "false" if open_browser else "true"),
    ]
    click.echo(f"Nabo is on http://localhost:{port}  (stop with Ctrl+C)")
    environment = {**os.environ, "NABO_LIBRARY": str(library.absolute())}
    os.chdir(PROJECT)
    if os.name == "posix":  # become the server, so that whoever stops us stops it
        sys.stdout.flush()
        os.execve(command[0], command, environment)
    try:
        sys.exit(subprocess.call(command, env=environment))
    except KeyboardInterrupt:
        sys.exit(0)


def main() -> None:
    """Run the command line; every error of ours, and of the files it meets, is one line."""
    import sqlite3

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        nabo.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        where = getattr(error, "ctx", None)
        hint = f" (help: {where.command_path} --help)" if where else ""
        say(f"{error.format_message()}{hint}")
        sys.exit(error.exit_code)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except (click.Abort, KeyboardInterrupt):
        say("stopped. The library is as it was before")
        sys.exit(130)
    except BrokenPipeError:  # `nabo search … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except NaboError as error:
        say(str(error))
        sys.exit(1)
    except sqlite3.DatabaseError as error:
        say(
            f"the library's catalogue is damaged ({error}). Rebuild it:"
            " nabo index SOURCE… --rebuild"
        )
        sys.exit(1)
    except (OSError, MemoryError) as error:
        say(str(error) or "out of memory")
        sys.exit(1)
    except Exception as error:
        if os.environ.get("NABO_DEBUG"):
            raise
        say(
            f"an error that should not happen ({type(error).__name__}: {error})."
            " Please report it, with what NABO_DEBUG=1 in the environment shows"
        )
        sys.exit(70)  # EX_SOFTWARE


if __name__ == "__main__":
    main()
