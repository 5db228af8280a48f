"""The set's identity: what is stored of it, and the actions that get and keep it.

For actions.py and the lifecycle.
"""
