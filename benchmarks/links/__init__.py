"""How links are checked, side by side with lychee, on a web of 200 hosts that is all on loopback."""
