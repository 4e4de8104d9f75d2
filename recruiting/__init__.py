"""Recruiting: stations, leads, screening, attribution, incentives."""
