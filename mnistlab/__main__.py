"""`mnistlab …` and `python -m mnistlab …`."""

import sys


def main() -> int:
    """Run the command line and return its exit status."""
    from mnistlab import cli

    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
