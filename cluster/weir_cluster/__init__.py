"""Runs weir's tasks on engines: Dask and Slurm."""
