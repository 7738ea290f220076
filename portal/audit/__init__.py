"""The auditor's pages over the trail that `core.audit` keeps."""
