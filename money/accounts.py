"""The names of the ledger's accounts. Whose the money is, is the owner of each leg."""

from __future__ import annotations

from typing import Final

CLEARING_PROVIDER: Final = "clearing:provider"
CLEARING_CASH: Final = "clearing:cash"
ESCROW_VISIT: Final = "escrow:visit"
HOLD_DISPUTE: Final = "hold:dispute"
PAYABLE_WORKER: Final = "payable:worker"
TIPS_WORKER: Final = "tips:worker"
PAYABLE_RECRUITER: Final = "payable:recruiter"
RECEIVABLE_CUSTOMER: Final = "receivable:customer"
CREDIT_CUSTOMER: Final = "credit:customer"
REVENUE_BASIC: Final = "revenue:basic"
REVENUE_PREMIUM: Final = "revenue:premium"
DEFERRED_PLACEMENT: Final = "deferred:placement"
FUNDING_OWNER: Final = "funding:owner"
GUARANTEE_FUND: Final = "guarantee_fund"
SUBSIDY_POOL: Final = "subsidy:pool"
INCENTIVE_BUDGET: Final = "incentive_budget:zone-month"
PROCESSING_COST: Final = "processing_cost"

CLEARING: Final = frozenset({CLEARING_PROVIDER, CLEARING_CASH})
PEOPLE: Final = frozenset({PAYABLE_WORKER, TIPS_WORKER, PAYABLE_RECRUITER, CREDIT_CUSTOMER})
"""Sums owed to people: a posting to them never fails for want of money."""
FUNDS: Final = frozenset({GUARANTEE_FUND, SUBSIDY_POOL, INCENTIVE_BUDGET, PROCESSING_COST})
"""What the owner fills."""
ALL: Final = (
    CLEARING
    | PEOPLE
    | FUNDS
    | {
        ESCROW_VISIT,
        HOLD_DISPUTE,
        RECEIVABLE_CUSTOMER,
        REVENUE_BASIC,
        REVENUE_PREMIUM,
        DEFERRED_PLACEMENT,
        FUNDING_OWNER,
    }
)
