"""What people would use instead: each a module that runs in an interpreter and environment of its own.

`python -m benchmarks.peers.NAME TASK FOLDER` prepares one task, and does it as often as it is told to
(see `answering`). NAME.txt lists what the environment needs. Nothing here imports vggviz but `ours`.
"""
