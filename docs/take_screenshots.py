"""Take the screenshots of the README anew: `python docs/take_screenshots.py`.

Needs playwright and a Chromium (`CHROMIUM=/path` where it is not /usr/bin/chromium). Builds the
demo library in a temporary folder, serves it on a free port, and photographs it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from index.builder import build
from index.paths import DEMO_PLANS, PROJECT

OUT = Path(__file__).parent / "screenshots"
QUESTION = "?q=hvordan+jobber+andre+med+frivillighet%3F"
SIZE = {"width": 1280, "height": 860}


def main() -> None:
    """Write ask.png and context.png."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        build([DEMO_PLANS], Path(folder) / "library")
        port = _free_port()
        nabo = [sys.executable, "-c", "from nabo.cli import main; main()"]
        server = subprocess.Popen(
            [*nabo, "serve", "--library", f"{folder}/library", "--port", str(port)],
            cwd=PROJECT,
            start_new_session=True,
        )
        try:
            _wait_for(f"http://localhost:{port}/_stcore/health")
            _photograph(f"http://localhost:{port}/{QUESTION}")
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"{url} does not answer")


def _photograph(url: str) -> None:
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-sync"]
        )
        page = browser.new_page(locale="nb-NO", viewport=SIZE, reduced_motion="reduce")
        page.goto(url)
        page.wait_for_selector(".nabo-hit")
        _shoot(page, "ask.png")
        danish = page.locator("[class*='st-key-nabo-card-DK-']").first
        danish.get_by_role("button", name="Les i sammenheng").click()
        page.wait_for_selector(".nabo-here")
        _shoot(page, "context.png")
        browser.close()


def _shoot(page: Page, name: str) -> None:
    page.wait_for_timeout(1500)  # fonts, and the drawer's slide
    page.screenshot(path=OUT / name)
    print(OUT / name)


if __name__ == "__main__":
    main()
