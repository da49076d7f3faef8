"""What the smoke scripts have in common: one line for each check, and a last line with the figures."""
import sys
import time

passed, failed = 0, 0


def check(name, what):
    """Runs a check; what it gives back is handed on, or nothing if it failed."""
    global passed, failed
    try:
        result = what()
        passed += 1
        print(f"ok      {name}")
        return result
    except Exception as error:  # whatever a client throws is what it found
        failed += 1
        print(f"not ok  {name}: {type(error).__name__}: {str(error)[:300]}")
        return None


def until(what, seconds=20):
    """Waits until something holds."""
    deadline = time.monotonic() + seconds
    while not (result := what()):
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.05)
    return result


def equal(given, wanted):
    assert given == wanted, f"{given!r}, not {wanted!r}"
    return given


def finish(name):
    print(f"{name}: {passed} passed, {failed} failed")
    sys.exit(0)
