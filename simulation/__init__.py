"""A city that lives: seeded agents who use the real verbs."""
