"""Geography: points and datums, areas, travel times, demo cities, the drawn basemap.

A plain library: no web framework, no database, no clock. Points are WGS-84 unless a name says otherwise.
"""
