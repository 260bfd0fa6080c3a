"""The window's service: reads what is shown, judges it on the window's own replica, keeps the record."""
