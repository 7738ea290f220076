"""Running clocks: started, met, explained; their state is derived, never stored."""
