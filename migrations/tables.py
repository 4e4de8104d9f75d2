"""Every package's tables, imported in one place for the migrations and their tests."""

import accounts.emergency
import accounts.models
import catalogue.models
import core.audit
import core.audit_chain
import core.events
import core.idempotency
import core.policies
import core.rate_count
import core.ticks
import core.timers
import dispatch.models
import disputes.models
import money.models
import notices.models
import places.models
import ratings.models
import recruiting.models
import workers.models
