"""Loopback servers that answer as the real services do, faults included; for the demo and the tests."""
