"""What the tests in network namespaces share: a place of their own, links, Linux SRv6, weir,
traffic and foreign judges of wire bytes."""
