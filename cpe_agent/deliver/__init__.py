"""How a finding leaves this computer although the line may be dead."""
