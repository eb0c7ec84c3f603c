"""From a bare machine to a running oncocharge: environment, servers, processes, checks.

Standard library only, because it runs before anything is installed; nothing here imports
Django or the product, and the product imports nothing of this. ``dev.py`` is its door.
"""
