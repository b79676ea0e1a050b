"""A program: hold this process to limits of time and memory, then run another program in it, for `recognizer.apart`."""

import resource
import runpy
import sys

SECONDS = 3  # of computing, after which it is killed
BYTES = 700 * 2**20  # of addresses, of which 250 MiB are libraries that take no memory


def main() -> None:
    """Run the program that the first word names, with the words after it."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":  # macOS takes no such limit
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
