"""What a set finds on its network besides the PKI: files, time, a call server, a log server.

For tools/callserver, demos and tests; all on loopback, with latency, loss and faults.
"""
