"""What systemd is told, and how the log is written for its journal."""
