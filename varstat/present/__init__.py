"""What people see: tables, charts, pages and files."""
