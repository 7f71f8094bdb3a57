"""What staff have the gate do at E-GUMA besides admissions."""
