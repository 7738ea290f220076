"""Units, bodies (mechanisms), memberships and posts: who belongs to what, who may do what, since when."""
