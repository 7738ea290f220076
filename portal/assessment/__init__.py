"""The ladder, the score and the evaluation: proposals with evidence and clause that people decide."""
