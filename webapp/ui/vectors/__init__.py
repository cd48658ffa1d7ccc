"""Charts as vectors, without a browser: for PDF and for pages that draw no script.

`plot.draw` turns a figure (see `webapp.ui.figures`) into a `scene.Scene` of paths and texts; `svg` and `pdf` write it.
"""
