"""The REST API's roof: its urls, its error format. The endpoints stand in the storeys' own api modules."""
