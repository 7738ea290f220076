"""Rewards for cases: application, calculation, approval, payment, distribution."""
