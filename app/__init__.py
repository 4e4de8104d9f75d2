"""The doors: pages, JSON API, command line, clock. The only floor that knows Flask."""
