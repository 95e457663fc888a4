"""How long the jobs take and how much memory they need, as ratios to a floor on the same machine."""
