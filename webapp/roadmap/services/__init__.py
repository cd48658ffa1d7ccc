"""What changes a roadmap: keyword-only verbs, atomic, each noted in the roadmap's history and the audit log."""
