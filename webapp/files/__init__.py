"""Where job and dataset files live on one machine and on several.

`places` says where they lie on this machine. Without `ARTIFACTS_URL` that is the state folder; a path moves them to a
folder that all machines share; an `s3://bucket/prefix` makes the state folder a cache of a bucket (`bucket`), into
which files go as `trees`: immutable listings that become true when the database names them.
"""
