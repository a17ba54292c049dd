"""Follows every link of a rendered site, without a browser."""

from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

OUTSIDE = {"http", "https", "mailto"}  # followed by a click only
LOADED = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}


@cache
def _ids(path):
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    return {tag["id"] for tag in soup.find_all(id=True)}


def broken_links(page: Path, folder: Path):
    """Yield what is wrong with the links and the loaded files of one page of the site in `folder`."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    addresses = [link["href"] for link in soup.find_all("a", href=True)]
    for tag in soup.find_all(list(LOADED)):
        address = tag.get(LOADED[tag.name])
        if address and urlsplit(address).scheme in OUTSIDE | {"file"}:
            yield f"{address} is loaded from elsewhere"
        elif address and not address.startswith("data:"):
            addresses.append(address)
    for address in addresses:
        parts = urlsplit(address)
        if parts.scheme in OUTSIDE:
            continue
        there = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if parts.scheme or parts.netloc or not there.is_relative_to(folder):
            yield f"{address} leads out of the folder"
        elif not there.is_file():
            yield f"{address} leads nowhere"
        elif parts.fragment and unquote(parts.fragment) not in _ids(there):
            yield f"{address} names a place that its page does not have"
