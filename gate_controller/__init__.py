"""An admission gate that takes E-GUMA gift vouchers."""

__version__ = "0.1.0"
