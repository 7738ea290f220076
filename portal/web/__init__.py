"""The shell: access, layout, navigation, form renderer, error pages."""
