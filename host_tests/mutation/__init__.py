"""Mutants: faults put into the product on purpose, one at a time, which the tests must notice."""
