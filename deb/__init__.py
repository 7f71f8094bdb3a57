"""How the Debian package is made: `make deb`."""
