"""Money: quotes, the ledger, payments, payouts. Integer minor units (fen)."""
