"""The pages that people see: handlers, one file an area, and their templates."""
