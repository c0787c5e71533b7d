"""What the README claims about speed, measured as ratios within one run."""
