"""How tests under both Pythons expect an error: MicroPython has no pytest.raises."""

from errors import Error


def raises(code, call, *arguments):
    """Assert that a call raises an Error with this code (or one of a tuple); return it."""
    try:
        call(*arguments)
    except Error as error:
        codes = (code,) if isinstance(code, str) else code
        assert error.code in codes, (error.code, error.message)
        return error
    raise AssertionError("no error " + str(code))
