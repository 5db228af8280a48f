"""Makes factory-fresh flash images: for tools/mkflash and `setctl factory`.

The store in an image is written by the firmware's own code, on the host.
"""
