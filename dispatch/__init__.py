"""Dispatch: jobs, visits, offers, assignments, time off, rounds: the life of a visit."""
