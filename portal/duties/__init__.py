"""The duty register: who must do what under which clause."""
