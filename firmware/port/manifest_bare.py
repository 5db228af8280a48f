"""BARE=1: nothing of ours is frozen."""
