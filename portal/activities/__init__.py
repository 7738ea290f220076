"""Public activities: entered once, credited to every unit that took part."""
