"""One question to the machine or the network a file. ``ALL`` lists every collector, by hand."""
