"""Everything needed to play one episode; knows nothing of Prefect, HTTP servers or tournaments."""
