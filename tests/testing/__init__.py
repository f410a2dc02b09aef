"""Tests of `rtorm.testing`."""
