"""Demo data: an invented department, its people and two years of courses. Nothing in it is a real person."""
