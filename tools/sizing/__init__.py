"""Attribute an image's flash and RAM to the layers of the firmware, from the linker's map.

For tools/size and its tests. `linkmap` reads the map, `layers` names the layer of a piece,
`frozen` tells whose the names and texts of the frozen modules are, `budgets` holds DESIGN.md
section 8.
"""
