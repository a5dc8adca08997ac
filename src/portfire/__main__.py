"""`python -m portfire`: the command line."""

from portfire.cli.main import main

main(prog_name="portfire")
