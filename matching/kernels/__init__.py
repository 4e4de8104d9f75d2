"""Machine code for the loops that numpy cannot do: plain scalar Python that numba compiles.

Only `matching.quick` and the engines import from here, inside functions: the web process never loads numba. Everything
works on a `Sheet`, a handful of arrays whose types never change, so that nothing is compiled twice.
"""
