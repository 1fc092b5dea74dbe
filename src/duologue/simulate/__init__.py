"""Two speakers and the loop between them (stages D, F and H)."""
