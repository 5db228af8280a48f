"""What a set runs when it is switched on.

For every board's start-up code, which runs this frozen module.
"""

from phone.main import run

run()
