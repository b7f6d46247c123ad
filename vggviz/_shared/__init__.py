"""Private modules used by all sub-packages: argument validation, files, hashing, the backend."""
