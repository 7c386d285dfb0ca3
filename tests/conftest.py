"""Settings for all tests: compiled kernels make first calls slow, so hypothesis has no deadline."""

from hypothesis import HealthCheck, settings

settings.register_profile("custodes", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
settings.load_profile("custodes")
