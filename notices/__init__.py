"""Notices: messages to people and tasks for staff, as rows that are sent after commit."""
