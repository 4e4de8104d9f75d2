"""What a milestone is worth: pure functions of the lower bound, the policy and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from recruiting.policy import IncentivePolicy


@dataclass(frozen=True)
class Price:
    """The whole sum, and the team's part of it."""

    fen: int
    team_fen: int

    @property
    def own_fen(self) -> int:
        """What reaches the recruiter."""
        return self.fen - self.team_fen


def stars(score: float) -> float:
    """Return a score of 0..1 as stars 1..5."""
    return 1 + 4 * score


def factor(lower_stars: float, policy: IncentivePolicy) -> float:
    """Return g(L) = clip((L − 4.05) / 0.20, 0, 1.5)."""
    return min(policy.g_most, max(0.0, (lower_stars - policy.floor_stars) / policy.span_stars))


def milestone_price(count: int, lower_stars: float, policy: IncentivePolicy) -> Price:
    """Return what the ``count``-th visit is worth at this lower bound; the team's part is rounded down."""
    fen = round(policy.amount_fen(count) * round(factor(lower_stars, policy), 9))
    return Price(fen, int(fen * policy.team_share))


def advance_price(recruit_number: int, policy: IncentivePolicy) -> Price:
    """Return the advance for a recruiter's n-th accepted recruit (the first is 1): half for the first ten."""
    share = policy.learner_share if recruit_number <= policy.learner_recruits else 1.0
    return Price(round(policy.advance_fen * share), 0)


def screenings_to_pay(documented: int, paid: int, recruits: int, policy: IncentivePolicy) -> int:
    """Return how many documented screenings are due now: never more than ten per accepted recruit, all together."""
    allowed = policy.screenings_per_recruit * recruits - paid
    return max(0, min(documented - paid, allowed))


def clawback_now(owed_fen: int, month_fen: int, taken_fen: int, policy: IncentivePolicy) -> int:
    """Return what may be taken now: at most 30 % of a month's pay, less what was taken in it already."""
    room = int(month_fen * policy.clawback_share_of_month) - taken_fen
    return max(0, min(owed_fen, room))
