"""
Logistics partners: outside systems that pick and ship at a location of ours. Contract: docs/rules/logistics.md.

`contract` is what is said, `gateway` says it over HTTP, `operations` sends, takes notices and follows up, `simulator`
is a partner to try it with, in the demo and in tests.
"""
