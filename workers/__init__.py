"""Workers: people who do the work: vetting, skills, shifts, documents, standing."""
