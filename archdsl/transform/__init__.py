"""Networks by transformation of others: partial and dual-path versions, other blocks, narrower ones. Each is a spec that says what differs.

Design --start--> Draft (spec and overlay) --TRANSFORMATIONS, in their order--> overlay --text--> spec
"""
