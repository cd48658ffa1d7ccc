"""The roadmap's pages: parse, access, act, render."""
