"""A business case as files: a workbook with live formulas, a summary on paper, tables and plain data.

The libraries that write them are imported inside the functions: a web process that never exports does not load them.
"""
