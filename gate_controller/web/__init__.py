"""
The staff's page, its API and the metrics: one more front, one more desk.

It reads the one typed status, listens to the same changes as systemd, and gives the same orders as the command line;
no decision about money is taken here. Whatever fails here ends a request, never the gate.
"""
