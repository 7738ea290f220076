"""Tips from the public (举报): told without an account, checked, passed on, answered."""
