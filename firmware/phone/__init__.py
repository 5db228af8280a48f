"""The set: configuration, boot, clock, identity, lifecycle and the lines it speaks.

For a telephone, the only layer that knows all the others; DESIGN.md section 7.
"""
