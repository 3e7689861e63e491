"""Who may do what at the desk, how they prove who they are, and the record of what they did."""
