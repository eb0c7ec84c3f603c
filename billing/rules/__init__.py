"""The charge rules: clinical facts of a course in, charge lines and findings out. Pure: no framework, no clock."""
