"""`setctl factory`: a factory-fresh flash image and its device secret, as tools/mkflash makes it.

For main.py. DESIGN.md section 6.
"""

from tools.flashmaker.maker import CA_FOLDER, make_image, random_mac
from tools.setctl_host.factory_ca import FactoryCa


def make(board, flash, mac=None, ca_folder=None):
    """Write `flash` and its secret; return the result event. Raises Failure.

    mac: 6 bytes, or None for a random one; ca_folder: default build/factory-ca.
    """
    made = make_image(board, mac or random_mac(), FactoryCa(ca_folder or CA_FOLDER))
    made.write(flash)
    return {"event": "result", "state": "factory", "mac": made.name, "flash": flash}
