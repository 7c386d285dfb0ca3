"""Tests of the court, the army, the rings and the outside."""
