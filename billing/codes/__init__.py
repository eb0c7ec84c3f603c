"""What is known of a procedure code: its life, its indicators, who publishes what, what earns it, what it earned.

Read only, but for the descriptors that the practice holds a licence for. Whether a code may be charged is for the
rules to say (billing/rules); here their tables, Medicare's files and the ledger are laid side by side for a person.
"""
