"""How much of a hostile file is read before it is answered: every bound in one place."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds on what a reader holds in memory, and on what it accepts. Sizes in bytes unless named otherwise."""

    max_file_bytes: int = 2 * 1024 * MIB
    """Largest file as uploaded."""
    max_unpacked_bytes: int = 8 * 1024 * MIB
    """Largest content of a gzip or zip, counted while unpacking (what the archive says is not believed)."""
    max_unpack_ratio: int = 250
    """Unpacked over packed bytes past which an archive is taken for a bomb. Text rows pack 4 to 60 times."""
    ratio_free_bytes: int = 64 * MIB
    """Content below this size is never called a bomb, whatever its ratio."""
    max_line_bytes: int = 8 * MIB
    """Longest line, JSON element or CSV record. A longer one is a fault and is skipped without being held."""
    max_depth: int = 32
    """Deepest nesting of JSON."""
    max_nested_values: int = 100_000
    """Most brackets and braces in one row."""
    max_columns: int = 1_000
    max_row_chars: int = 200_000
    """Longest row once it is in canonical form, in characters."""
    max_row_group_bytes: int = 4096 * MIB
    """Largest row group of a Parquet file, unpacked. Pages of it are read one after the other."""
    max_rows: int = 20_000_000
    max_fault_details: int = 200
    """Faults kept with line and message; all are counted."""
    detect_rows: int = 200
    """Rows looked at to recognise the form."""
    detect_bytes: int = 16 * MIB
    """Stop looking earlier once these rows hold this much text."""


DEFAULT_LIMITS = Limits()
