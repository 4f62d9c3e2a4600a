"""The parts of tests/netns/judges."""
