"""Post-training jobs: specs and records without torch, and the job process that runs them.

Nothing here imports Django. Everything that needs torch lives in `models`, `batches`, `jobs`,
`inference` and `metrics` and is imported only inside the job process.
"""
