"""Runs weir's tasks on engines: Dask and Slurm."""

VERSION = "0.1.0"
# How weir and this package agree about directories of tasks; weir's ClusterCommand knows the same number.
PROTOCOL = 2
