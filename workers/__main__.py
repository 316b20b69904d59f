"""`python -m workers`: the same as `sorbro`."""

from workers.commands import main

main(prog_name="sorbro")
