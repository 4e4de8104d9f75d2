"""Services: what can be ordered, with skill needs, durations, rates and checklists."""
