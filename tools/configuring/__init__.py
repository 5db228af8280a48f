"""Configuration files for a roll-out: written here, judged by the firmware's own parser."""
