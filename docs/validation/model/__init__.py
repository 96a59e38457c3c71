"""A small model of Kinesis Data Streams that knows nothing of weir's code: it is what `check.py` holds weir against.

It was written from what AWS documents and from weir's pages, not from weir's source. What it shares with weir all the same is
listed in docs/validation.md. Times are seconds from the start of the run, sizes are bytes.
"""
