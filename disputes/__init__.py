"""Disputes: cases, statements, evidence, remedies, appeals."""
