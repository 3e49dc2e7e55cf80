"""What people see: tables, charts and pages."""
