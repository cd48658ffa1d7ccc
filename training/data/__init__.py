"""Datasets: from any upload to canonical rows. Without torch and without Django.

| to do | call |
|---|---|
| tell what a file holds and what is wrong with it | `check.check_file(path)` -> `check.Report` |
| list the forms, or change a proposed mapping | `forms.FORMS`, `forms.ColumnMapping` |
| store an immutable version with its splits | `store.build_version(source, folder=...)` -> `manifest.Manifest` |
| read what is stored, and see that it is whole | `manifest.Manifest.read(folder)`, `manifest.verify(folder)` |
| show rows, and search them | `browse.browse(folder / "train.jsonl", offset=0, limit=50, search="")` -> `browse.Page` |
| compare two files for leaks | `overlap.overlap_of_files(train, test)` -> `overlap.Overlap` |
| feed a job | `rows.resolve(path, base)`, `rows.read_rows(path, limit=None)` |
| take rows out again | `export.csv_lines(rows)`, `export.safe_cell(value)` |
| find or mask personal data | `personal.PersonalData`, `personal.mask(text)` |
| make the sample datasets | `samples.SAMPLES`, `samples.write_sample(name, folder)` |

A canonical row is a plain dictionary of one of trl's dataset types: `{"prompt", "completion"}`, `{"messages"}`,
`{"prompt", "chosen", "rejected"}`, `{"prompt", "completion", "label"}`, `{"text"}` or `{"prompt"}`. Prompts and answers
are strings, or lists of `{"role", "content"}`; all rows of a file are alike.

Everything streams: memory does not grow with the file, and `limits.Limits` bounds what one row may cost.
"""
