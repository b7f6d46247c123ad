"""The tools that are compared, one module each, which runs in a process and environment of its own.

`python -m benchmarks.peers.NAME TASK FOLDER` prepares a task and does it on request (see `answering`).
NAME.txt lists the requirements of the environment. Only `ours`, `forward_only` and what both
use import vggviz.
"""
