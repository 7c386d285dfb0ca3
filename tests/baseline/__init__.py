"""The golden run: what the engine gave when it was last agreed on. `python -m tests.baseline.renew` stores it anew."""
