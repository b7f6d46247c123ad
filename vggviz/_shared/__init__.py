"""Private modules that everything else may use: argument validation, files, hashing, the backend."""
