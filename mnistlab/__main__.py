"""`mnistlab …` and `python -m mnistlab …`."""

import sys


def main() -> int:
    """Run the command line and return its exit status."""
    try:
        from mnistlab import cli

        return cli.main(sys.argv[1:])
    except KeyboardInterrupt:  # while it was still being imported
        print("mnistlab: interrupted.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
