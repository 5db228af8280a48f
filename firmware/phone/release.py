"""What this firmware calls itself, and the date before which no clock is believed.

For clock.py, status and the MMI. A constant and not the moment of compilation, so that the same
source gives the same image everywhere.
"""

from scep import asn1time

VERSION = "0.1.0"
# Set at a release, with SOURCE_DATE_EPOCH of boards.mk: clock.py trusts no time before it.
BUILD_TIME = asn1time.seconds(2025, 11, 25)
