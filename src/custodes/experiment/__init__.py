"""Experiments: many possible countries, several policies, and what may be said of their difference."""
