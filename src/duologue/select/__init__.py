"""Which of the accepted conversations go into the dataset: duplicates, balance, budget, decontamination. Nothing is deleted; a list is written."""
