"""How a problem names a field of what was sent."""

from urllib.parse import quote


def pointer(path: tuple[str | int, ...]) -> str:
    """A JSON pointer in its URI fragment form (RFC 6901 section 6): `#/tax_ids/0/value`."""
    return "#" + "".join("/" + quote(str(step).replace("~", "~0").replace("/", "~1")) for step in path)


def field(path: tuple[str | int, ...]) -> str:
    """The path as people write it: `tax_ids[0].value`; empty for the body itself."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
