"""What single things are called: a column beside the others of its table, a figure worked out of one, a name, a place in a row."""

from duologue.catalog.model import Column, Table

__all__ = ["column_label", "computed", "ordinal", "quoted"]


def column_label(column: Column, table: Table) -> str:
    """What a column is called; of numbered ones ("address 1", "address 2") the first goes without its number, the others by their place."""
    stem, _, number = column.label.rpartition(" ")
    if not (stem and number in ("1", "2", "3", "4")):
        return column.label
    labels = {c.label for c in table.columns}
    if stem in labels or {f"{stem} 1", f"{stem} 2"} - labels:
        return column.label
    line = f"{stem} line" if stem.split(" ")[-1] == "address" else stem
    return stem if number == "1" else f"{ordinal(int(number))} {line}"


def computed(form: str, label: str) -> str:
    """A figure worked out of a column: "total price", of a column of totals "combined total"."""
    if form.startswith("total ") and "total" in label.lower().split():
        return f"combined {label}"
    return form.format(label)


def quoted(name: str) -> str:
    """A name in quotation marks where the sentence around it would run into it: one that ends in a full stop or a question."""
    return f'"{name}"' if name[-1:] in (".", "?", "!") and '"' not in name else name


def ordinal(n: int) -> str:
    """ "first", "second", … "last" for -1."""
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    if n == -1:
        return "last"
    return words[n - 1] if 0 < n <= len(words) else f"{n}th"
