"""The ground everything stands on: database base, actors, events, timers, ticks, states, policies, errors."""
