# Run the portable test files under MicroPython: firmware.elf run.py [--frozen] [FILE...]
# For `make test` and for a person at the prompt. Each test_*() without arguments is a case.
#
# The firmware is imported from the tree (what stands there now); with --frozen from the image.
# Prints a line per case and the last line 'N passed, M failed'; exit status 1 if any failed.

import gc
import os
import sys

HERE = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
ROOT = HERE + "/../.."


def cases_of(module):
    """Return the names of a module's cases, sorted (a dict keeps no order here)."""
    return sorted(name for name in dir(module) if name.startswith("test_"))


def run_file(path):
    """Import one test file by its path and run its cases; return (passed, failed)."""
    folder, _, name = path.rpartition("/")
    name = name[:-3] if name.endswith(".py") else name
    sys.path.insert(0, folder or ".")
    passed = failed = 0
    try:
        module = __import__(name)
    except Exception as error:
        report(name, "import", error)
        return 0, 1
    finally:
        sys.path.pop(0)
    for case in cases_of(module):
        gc.collect()
        try:
            getattr(module, case)()
        except Exception as error:
            report(name, case, error)
            failed += 1
        else:
            print("ok", name + "." + case)
            passed += 1
    return passed, failed


def report(name, case, error):
    """Print a failed case with its traceback."""
    print("FAILED", name + "." + case)
    sys.print_exception(error)


def main(arguments):
    """Run the named files (default: all that stand beside this one)."""
    if arguments[:1] == ["--frozen"]:
        arguments = arguments[1:]
        sys.path[:] = [path for path in sys.path if path == ".frozen"]
    else:
        sys.path.insert(0, ROOT + "/firmware")
    # Builders that tests share stand beside the tests that both Pythons collect.
    sys.path.append(ROOT + "/host_tests")
    # The lowest modules first: a chain of imports compiled from source, from the set's modules down
    # to these, needs more C stack than the 32-bit port allows (40 KB).
    __import__("scep.x509")
    files = arguments or sorted(
        HERE + "/" + name
        for name in os.listdir(HERE)
        if name.startswith("test_") and name.endswith(".py")
    )
    passed = failed = 0
    for path in files:
        more_passed, more_failed = run_file(path)
        passed += more_passed
        failed += more_failed
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
