"""Places: zones, compounds, homes."""
