"""Reading the code files that Medicare publishes: bytes -> typed rows, or every fault with its line. No Django.

What the rows mean for a charge is for billing/rules; where they are kept, for billing/reference.
"""
