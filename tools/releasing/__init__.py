"""What `make release` gathers: images, wheel, licences, bill of materials, sums.

For tools/release. `contents` collects the files, `sbom` says what they are made of.
"""
