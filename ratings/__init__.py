"""Ratings: invitations, ratings, scores, tiers."""
